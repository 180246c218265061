import type { CheckFinished } from '@streamlings/proto/streamlings/result/v1/result';
import type { ReactNode } from 'react';
import { Listing } from '../listing.tsx';
import { type Check, describeRun, firstFailure, type Run, sortNotices } from '../run.ts';
import { Sentence } from '../sentence.tsx';
import { Hints } from './hints.tsx';
import './checks.css';

const marks: Record<Check['state'], string> = {
  waiting: '·',
  running: '▸',
  passed: '✓',
  failed: '✗',
  environment: '!',
  inconclusive: '?',
  'not run': '–',
};

interface ChecksProps {
  place: { lesson: string; step: number };
  run: Run;
  /** The names of the step's checks, for as long as no run has told them. */
  names: string[];
  /** The learner's file. */
  file: string | undefined;
  onShowWire: (check: string) => void;
  onOpenLine: (line: number) => void;
}

/** The checks of a step as they run; the first one that failed is explained. */
export function Checks({ place, run, names, file, onShowWire, onOpenLine }: ChecksProps) {
  const checks: Check[] =
    run.checks.length > 0
      ? run.checks
      : names.map((name) => ({ name, state: 'waiting', finished: undefined }));
  const next = firstFailure(run);
  const { types, output, others } = sortNotices(run);
  return (
    <section className="checks" aria-label="Checks">
      <p className="visually-hidden" role="status" aria-live="polite">
        {run.phase === 'finished' ? `${describeRun(run)}${next ? `. Next: ${next.name}` : ''}` : ''}
      </p>
      {types.map(({ text, source }) => (
        <p key={`${source?.file}:${source?.line}:${source?.column}:${text}`} className="notice">
          Types, {source?.file}:{source?.line}: <Sentence text={text} />{' '}
          {source && source.file === file && (
            <button type="button" onClick={() => onOpenLine(source.line)}>
              Open line {source.line} in my editor
            </button>
          )}
        </p>
      ))}
      <ul className="check-list">
        {checks.map((check) => (
          <li key={check.name} className={`check is-${check.state.replace(' ', '-')}`}>
            <details open={check === next}>
              <summary>
                <span className="mark" aria-hidden="true">
                  {marks[check.state]}
                </span>{' '}
                {check.name}
                <span className="visually-hidden">: {check.state}</span>
              </summary>
              {check.finished && check.state !== 'passed' && check.state !== 'not run' ? (
                <Failure finished={check.finished} onOpenLine={onOpenLine}>
                  <Hints key={check.finished.misconception} place={place} failure={check.finished} />
                </Failure>
              ) : (
                <p className="soft">{explain(check)}</p>
              )}
              {check.finished && check.finished.timelines.length > 0 && (
                <button type="button" onClick={() => onShowWire(check.name)}>
                  Show its frames
                </button>
              )}
            </details>
          </li>
        ))}
      </ul>
      {others.map(({ text }) => (
        <p key={text} className="notice">
          <Sentence text={text} />
        </p>
      ))}
      {output.length > 0 && (
        <details className="output">
          <summary>What your code printed</summary>
          <Listing label="What your code printed">{output.map(({ text }) => text).join('\n')}</Listing>
        </details>
      )}
    </section>
  );
}

interface FailureProps {
  finished: CheckFinished;
  /** Opens a line of the learner's file; unset where it is nobody's. */
  onOpenLine?: (line: number) => void;
  children?: ReactNode;
}

/** Why a check has failed: what was measured, the line of the spec, the frames. */
export function Failure({ finished, onOpenLine, children }: FailureProps) {
  const { label, expected, received, spec, source, wire, diagnosis } = finished;
  return (
    <div className="failure">
      <p className="label">
        <Sentence text={label} />
      </p>
      {(expected || received) && (
        <dl className="comparison">
          <dt>expected</dt>
          <dd>
            <code>{expected}</code>
          </dd>
          <dt>received</dt>
          <dd>
            <code>{received}</code>
          </dd>
        </dl>
      )}
      {diagnosis && (
        <p>
          <Sentence text={diagnosis} />
        </p>
      )}
      {spec && (
        <p className="spec">
          {spec.file}:{spec.line} <code>{spec.text}</code>
        </p>
      )}
      {onOpenLine && source && source.line > 0 && (
        <button type="button" onClick={() => onOpenLine(source.line)}>
          Open your line {source.line} in my editor
        </button>
      )}
      {wire.length > 0 && <Listing label="The frames around it">{wire.join('\n')}</Listing>}
      {children}
    </div>
  );
}

function explain({ state }: Check): string {
  if (state === 'passed') return 'This promise is kept.';
  if (state === 'not run') return 'It has not run, because something before it stopped the step.';
  return 'It has not run yet.';
}
