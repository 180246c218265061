import { join } from 'node:path';
import { fromJsonString } from '@bufbuild/protobuf';
import { toJsonLine } from '@streamlings/grading/report';
import {
  type CheckFinished,
  CheckState,
  type Event,
  EventSchema,
} from '@streamlings/proto/streamlings/result/v1/result';
import { courseRoot } from '../course-root.ts';
import { readIfThere } from '../optional-files.ts';
import { isComplete, readVerdicts } from '../verdicts.ts';
import { stateFolder, withStateLock } from './state-folder.ts';
import { writeFile } from './write-file.ts';

/** The latest verdict of every check of a lesson or solution. */
export interface Result {
  name: string;
  /** When the latest run ended, as an ISO 8601 time. */
  time: string;
  checks: CheckResult[];
}

/** The latest verdict of a check. */
export interface CheckResult {
  step: number;
  name: string;
  passed: boolean;
}

/**
 * Keeps a run: its events as lines of JSON, and its verdicts, which replace those of the same checks and leave the
 * others as they were. A run that did not come to its end is not kept.
 *
 * @throws CourseError if the place cannot be written to.
 */
export async function recordResult(name: string, events: Event[], root: string = courseRoot): Promise<void> {
  if (!isComplete(events)) return;
  const latest = readVerdicts(events).map(({ step, finished }) => {
    return { step, name: finished.name, passed: finished.state === CheckState.PASSED };
  });
  await withStateLock(root, async () => {
    const earlier = (await readResult(name, root))?.checks ?? [];
    const kept = earlier.filter(
      (old) => !latest.some((now) => now.step === old.step && now.name === old.name),
    );
    const result: Result = { name, time: new Date().toISOString(), checks: [...kept, ...latest] };
    await writeFile(
      join(resultsFolder(root), `${name}.jsonl`),
      events.map((event) => `${toJsonLine(event)}\n`).join(''),
    );
    await writeFile(join(resultsFolder(root), `${name}.json`), formatResult(result));
  });
}

/** Reads the latest verdicts of a lesson or solution; undefined if it was never graded. */
export async function readResult(name: string, root: string = courseRoot): Promise<Result | undefined> {
  const text = await readIfThere(join(resultsFolder(root), `${name}.json`));
  return text === undefined ? undefined : JSON.parse(text);
}

/** Reads the events of the latest run of a lesson or solution; empty if it was never graded. */
export async function readEvents(name: string, root: string = courseRoot): Promise<Event[]> {
  const text = await readIfThere(join(resultsFolder(root), `${name}.jsonl`));
  const lines = text?.split('\n').filter((line) => line !== '') ?? [];
  return lines.map((line) => fromJsonString(EventSchema, line, { ignoreUnknownFields: true }));
}

/** Finds the first check of a step that did not pass in the latest run. */
export async function findFailure(
  name: string,
  step: number,
  root: string = courseRoot,
): Promise<CheckFinished | undefined> {
  const verdicts = readVerdicts(await readEvents(name, root)).filter((verdict) => verdict.step === step);
  return verdicts.find(({ finished }) => finished.state !== CheckState.PASSED)?.finished;
}

/** Says to which line of a step's file the first failure of the latest run points; undefined if to none. */
export async function findFailureLine(
  name: string,
  step: number,
  root: string = courseRoot,
): Promise<number | undefined> {
  return (await findFailure(name, step, root))?.source?.line || undefined;
}

/** Drops the verdicts of steps whose files were replaced. The caller holds the lock. */
export async function forgetResults(name: string, steps: number[], root: string = courseRoot): Promise<void> {
  const result = await readResult(name, root);
  if (!result) return;
  const checks = result.checks.filter((check) => !steps.includes(check.step));
  await writeFile(join(resultsFolder(root), `${name}.json`), formatResult({ ...result, checks }));
}

function formatResult(result: Result): string {
  return `${JSON.stringify(result, undefined, 2)}\n`;
}

function resultsFolder(root: string): string {
  return join(stateFolder(root), 'results');
}
