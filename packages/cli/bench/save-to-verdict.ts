import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadWorkspace, readProgress, recordResult } from '@streamlings/course';
import { createGrader } from '@streamlings/grading/supervisor';
import { readFingerprint } from '../src/engine/fingerprint.ts';
import { createLearnerEngine, type LearnerState } from '../src/engine/learner-engine.ts';
import { watchFiles } from '../src/engine/watch-files.ts';
import { createSolvedCourse } from './solved-course.ts';

// Measures what a learner waits for: from the save of a solution to the first and to the last verdict of its step.

const { values } = parseArgs({
  options: { saves: { type: 'string', default: '30' }, quick: { type: 'boolean' } },
});
const savesPerStep = values.quick ? 3 : Number(values.saves);

// Lesson 07 grades a suite against many servers, which takes its time.
await using course = await createSolvedCourse(({ number }) => number < 7);
const { root } = course;
await using grader = createGrader();
let onChange = (_state: LearnerState): void => {};
await using engine = await createLearnerEngine(
  {
    readProgress: () => readProgress(root),
    loadWorkspace: (name) => loadWorkspace(name, root),
    recordResult: (name, events) => recordResult(name, events, root),
    readFingerprint,
  },
  grader,
  (state) => onChange(state),
);
const { stations } = engine.state;
const folders = [...new Set(stations.map(({ folder }) => join(folder, 'src')))];
await using _watcher = await watchFiles(folders, (path) => engine.saved(path));

const all = { first: [] as number[], last: [] as number[] };
console.log(
  `save to verdict on Node ${process.versions.node}, ${savesPerStep} saves a step, p50/p95 in ms\n`,
);
console.log(formatRow('step', 'first verdict', 'last verdict'));
for (const [index, { lesson, folder, step }] of stations.entries()) {
  engine.select(index);
  engine.run();
  await engine.idle();
  const path = join(folder, step.file);
  const text = await readFile(path, 'utf8');
  const own = { first: [] as number[], last: [] as number[] };
  for (let save = 0; save < savesPerStep; save++) {
    const { first, last } = await measureSave(path, `${text}// save ${save}\n`);
    own.first.push(first);
    own.last.push(last);
  }
  all.first.push(...own.first);
  all.last.push(...own.last);
  console.log(formatRow(`${lesson} ${step.title}`, formatTimes(own.first), formatTimes(own.last)));
}
console.log(formatRow('all', formatTimes(all.first), formatTimes(all.last)));
console.log(formatRow('goal', '300/800', ''));

/** Saves a file and resolves with the milliseconds until the verdicts. */
async function measureSave(path: string, text: string): Promise<{ first: number; last: number }> {
  const finished = Promise.withResolvers<void>();
  let first: number | undefined;
  let last = 0;
  let isNew = false;
  onChange = ({ run }) => {
    isNew ||= run.phase === 'running';
    if (!isNew) return;
    const judged = run.checks.filter(({ state }) => state !== 'waiting' && state !== 'running').length;
    if (judged > 0) first ??= performance.now() - startedMs;
    if (judged === run.checks.length) last ||= performance.now() - startedMs;
    if (run.phase === 'finished') finished.resolve();
  };
  const startedMs = performance.now();
  await writeFile(path, text);
  await finished.promise;
  await engine.idle();
  onChange = () => {};
  return { first: first ?? Number.NaN, last };
}

function formatTimes(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number) => Math.round(sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN);
  return `${at(0.5)}/${at(0.95)}`;
}

function formatRow(name: string, first: string, last: string): string {
  return `${name.padEnd(32)}${first.padStart(16)}${last.padStart(16)}`;
}
