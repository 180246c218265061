import { durationMs } from '@bufbuild/protobuf/wkt';
import { CheckState, type CheckFinished, type Event } from '@streamlings/proto/streamlings/result/v1/result';
import { formatVerdict } from './verdict.ts';

/**
 * Writes a run as a JUnit XML document: a suite for the workspace, a case for each check. What is neither passed nor
 * failed is an error (inconclusive, environment) or skipped (not run).
 *
 * @see https://github.com/testmoapp/junitxml
 */
export function toJunit(events: readonly Event[]): string {
  const groups = new Map<number, string>();
  const cases: string[] = [];
  const counts = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  for (const { step, body } of events) {
    if (body.case === 'runStarted') for (const check of body.value.checks) groups.set(check.step, check.group);
    if (body.case !== 'checkFinished') continue;
    const verdict = body.value;
    const group = groups.get(step) ?? '';
    counts.tests++;
    if (verdict.state === CheckState.FAILED) counts.failures++;
    else if (verdict.state === CheckState.NOT_RUN) counts.skipped++;
    else if (verdict.state !== CheckState.PASSED) counts.errors++;
    cases.push(testCase(verdict, group));
  }
  const attributes = Object.entries(counts).map(([name, count]) => `${name}="${count}"`);
  const suite = `name="${escape(events[0]?.lesson ?? '')}" ${attributes.join(' ')}`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite ${suite}>\n${cases.join('')}  </testsuite>\n</testsuites>\n`;
}

function testCase(verdict: CheckFinished, group: string): string {
  const seconds = (verdict.duration ? durationMs(verdict.duration) : 0) / 1000;
  const head = `    <testcase classname="${escape(group)}" name="${escape(verdict.name)}" time="${seconds}"`;
  const result = resultOf(verdict, group);
  return result === '' ? `${head}/>\n` : `${head}>${result}</testcase>\n`;
}

function resultOf(verdict: CheckFinished, group: string): string {
  const text = () => escape(formatVerdict(verdict, group, { color: false, width: 110 }));
  switch (verdict.state) {
    case CheckState.PASSED:
      return '';
    case CheckState.NOT_RUN:
      return '<skipped/>';
    case CheckState.FAILED:
      return `<failure message="${escape(verdict.label)}">${text()}</failure>`;
    default:
      return `<error message="${escape(verdict.label)}">${text()}</error>`;
  }
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Escapes text for XML and drops the control characters that XML 1.0 cannot carry. */
function escape(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to drop
  return text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g, '').replace(/[&<>"']/g, (c) => entities[c] ?? c);
}
