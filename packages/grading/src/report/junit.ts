import { durationMs } from '@bufbuild/protobuf/wkt';
import { type CheckFinished, CheckState, type Event } from '@streamlings/proto/streamlings/result/v1/result';
import { create } from 'xmlbuilder2';
import { formatVerdict } from './verdict.ts';

/**
 * Writes a run as a JUnit XML document: a suite for the workspace, a case for each check. What is neither passed nor
 * failed is an error (inconclusive, environment) or skipped (not run).
 *
 * @see https://github.com/testmoapp/junitxml
 */
export function toJunit(events: readonly Event[]): string {
  const groups = new Map<number, string>();
  const counts = { tests: 0, failures: 0, errors: 0, skipped: 0 };
  const cases: object[] = [];
  for (const { step, body } of events) {
    if (body.case === 'runStarted')
      for (const check of body.value.checks) groups.set(check.step, check.group);
    if (body.case !== 'checkFinished') continue;
    const result = resultOf(body.value, groups.get(step) ?? '');
    counts.tests++;
    if ('failure' in result) counts.failures++;
    if ('error' in result) counts.errors++;
    if ('skipped' in result) counts.skipped++;
    const { name, duration } = body.value;
    const time = (duration ? durationMs(duration) : 0) / 1000;
    cases.push({ '@classname': groups.get(step), '@name': name, '@time': time, ...result });
  }
  const attributes = Object.entries(counts).map(([name, count]) => [`@${name}`, count]);
  const suite = { '@name': events[0]?.lesson ?? '', ...Object.fromEntries(attributes), testcase: cases };
  return create(
    { version: '1.0', encoding: 'UTF-8', invalidCharReplacement: '' },
    { testsuites: { testsuite: suite } },
  ).end({
    prettyPrint: true,
  });
}

function resultOf(verdict: CheckFinished, group: string): object {
  if (verdict.state === CheckState.PASSED) return {};
  if (verdict.state === CheckState.NOT_RUN) return { skipped: {} };
  const text = formatVerdict(verdict, group, { color: false, width: 110 });
  const problem = { '@message': verdict.label, '#': text };
  return verdict.state === CheckState.FAILED ? { failure: problem } : { error: problem };
}
