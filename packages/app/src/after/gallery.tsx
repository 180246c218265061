import type { Mistake } from '@streamlings/proto/streamlings/hub/v1/hub';
import { lazy, useState } from 'react';
import { Failure } from '../lesson/checks.tsx';
import { WireView } from '../lesson/wire-view.tsx';
import { firstFailure } from '../run.ts';
import { Program } from './program.tsx';
import { useMistakeRun } from './use-mistake-run.ts';

const Text = lazy(() => import('../lesson/chapter.tsx').then(({ Text }) => ({ default: Text })));

/** What others get wrong, one card for each misconception. */
export function Gallery({ lesson, mistakes }: { lesson: string; mistakes: Mistake[] }) {
  return (
    <ol className="gallery">
      {mistakes.map((mistake) => (
        <li key={mistake.file} className="card">
          <MistakeCard lesson={lesson} mistake={mistake} />
        </li>
      ))}
    </ol>
  );
}

function MistakeCard({ lesson, mistake }: { lesson: string; mistake: Mistake }) {
  const { file, step, check, belief, symptom, question } = mistake;
  const { run, problem, start } = useMistakeRun(lesson, file);
  const [isShown, setShown] = useState(false);
  const failed = firstFailure(run)?.finished;
  return (
    <>
      <h3>{symptom}</h3>
      <dl className="belief">
        <dt>Believed</dt>
        <dd>{belief}</dd>
        <dt>Caught by</dt>
        <dd>
          {check} <span className="soft">(step {step})</span>
        </dd>
      </dl>
      <p className="soft">Its author is asked:</p>
      <Text text={question} />
      <div className="tools">
        <button type="button" onClick={start} disabled={run.phase === 'running'}>
          {run.phase === 'running' ? 'Running …' : 'Run it'}
          <span className="visually-hidden">: {symptom}</span>
        </button>
        <button type="button" aria-expanded={isShown} onClick={() => setShown(!isShown)}>
          The program
          <span className="visually-hidden"> behind: {symptom}</span>
        </button>
        <span role="status" className="soft">
          {problem ||
            (run.phase === 'finished'
              ? failed
                ? 'It fails, as it should.'
                : 'It has passed on this machine.'
              : '')}
        </span>
      </div>
      {isShown && <Program lesson={lesson} mistake={mistake} />}
      {failed && (
        <>
          <h4>How it fails</h4>
          <Failure finished={failed} />
          <WireView run={run} chosen={check} onChoose={() => {}} />
        </>
      )}
    </>
  );
}
