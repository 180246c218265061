import type { LabReport } from '@streamlings/proto/streamlings/hub/v1/hub';
import { Listing } from '../listing.tsx';
import { format } from './knobs.ts';
import type { LabRun } from './use-lab-run.ts';

/** What came of a call: the guess beside what was measured, why, and what happened. */
export function LabResult({ run, produces }: { run: LabRun; produces: string }) {
  const { phase, asked, report, problem, output, timeline } = run;
  return (
    <>
      <p className="visually-hidden" role="status" aria-live="polite">
        {phase === 'running' ? 'The call is under way.' : announce(run)}
      </p>
      {phase === 'running' && (
        <p className="soft" aria-hidden="true">
          {timeline
            ? `The call is under way: ${format(timeline.frames.length)} frames so far.`
            : 'The server starts …'}
        </p>
      )}
      {problem && (
        <p className="message" role="alert">
          {endSentence(problem)}
        </p>
      )}
      {asked && report && (
        <section className="lab-result" aria-label="What came of it">
          <p className="lab-question">{asked.question}</p>
          <dl className="lab-numbers">
            <div>
              <dt>your guess</dt>
              <dd>{format(asked.guess)}</dd>
            </div>
            <div>
              <dt>measured</dt>
              <dd>{report.measured === undefined ? '–' : format(report.measured)}</dd>
            </div>
          </dl>
          <p>{report.why}</p>
          <Facts report={report} produces={produces} />
        </section>
      )}
      {output && (
        <details className="output">
          <summary>What the server printed</summary>
          <Listing label="What the server printed">{output}</Listing>
        </details>
      )}
    </>
  );
}

function Facts({ report, produces }: { report: LabReport; produces: string }) {
  const { status, details, ending, produced, durationMs, stalls } = report;
  const [written, up, down, received] = [
    report.written,
    report.fromClient,
    report.fromServer,
    report.received,
  ].map(format);
  const facts: Array<[string, string]> = [
    ['status', details ? `${status}: ${details}` : status],
    ['end', ending],
    ['from the client', `${written} handed over, ${up} on the wire`],
    ['from the server', `${down} on the wire, ${received} read`],
    [produces, format(produced)],
    ['last change after', `${format(durationMs)} ms`],
    ['waiting', stalls.length > 0 ? stalls.join(' ') : 'No side had to wait for a window.'],
  ];
  return (
    <dl className="lab-facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function announce({ asked, report }: LabRun): string {
  if (!asked || !report) return '';
  const measured = report.measured === undefined ? 'nothing' : format(report.measured);
  return `The call is over, ${report.status}. You guessed ${format(asked.guess)}, measured was ${measured}. ${report.why}`;
}

function endSentence(text: string): string {
  const sentence = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}
