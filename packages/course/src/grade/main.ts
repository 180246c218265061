import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { createTextReport, scoreOf, toJsonLine, toJunit } from '@streamlings/grading/report';
import { createGrader, type Workspace } from '@streamlings/grading/supervisor';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';
import { hasColor } from '../color.ts';
import { CourseError, explainWriteError } from '../course-error.ts';
import { recordResult } from '../state/results.ts';
import { loadWorkspace } from '../workspace.ts';
import { type GradeOptions, parseGradeOptions } from './options.ts';

const options = parseGradeOptions(process.argv.slice(2));

// A reader such as `head` may leave early; it has seen what it wanted.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

try {
  process.exitCode = (await grade(options)) ? 0 : 1;
} catch (error) {
  if (!(error instanceof CourseError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}

async function grade(options: GradeOptions): Promise<boolean> {
  const workspace = await loadWorkspace(options.filter ?? (await readPackageName()));
  if (options.step && !workspace.steps.some((step) => step.number === options.step)) {
    throw new CourseError(
      `\`${workspace.name}\` has no step ${options.step}: it has steps 1 to ${workspace.steps.length}.`,
    );
  }
  const interrupt = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupt.abort());
  const events = await runGrader(workspace, options, interrupt.signal);
  await keepResult(workspace.name, events);
  if (options.junit) await writeJunit(options.junit, events);
  const { ok, total } = scoreOf(events);
  if (total > 0) return ok;
  throw new CourseError(`No check matches \`${options.name}\`: choose a part of a check's name.`);
}

async function runGrader(workspace: Workspace, options: GradeOptions, signal: AbortSignal): Promise<Event[]> {
  const { step, name, types, wire, json } = options;
  const selection = { ...(step ? { steps: [step] } : {}), ...(name ? { name } : {}) };
  const report = json
    ? createJsonReport()
    : createTextReport((text) => process.stdout.write(text), display());
  const events: Event[] = [];
  const grader = createGrader();
  try {
    for await (const event of grader.run(workspace, { ...selection, types, wire, signal })) {
      events.push(event);
      report.add(event);
    }
    return events;
  } finally {
    await grader[Symbol.asyncDispose]();
  }
}

async function readPackageName(): Promise<string> {
  try {
    return JSON.parse(await readFile('package.json', 'utf8')).name;
  } catch (error) {
    throw new CourseError(
      `\`${process.cwd()}\` is no lesson: run this command in a lesson's folder, or \`pnpm test --filter lesson-01\` at the top.`,
      { cause: error },
    );
  }
}

function createJsonReport() {
  return { add: (event: Event) => process.stdout.write(`${toJsonLine(event)}\n`) };
}

function display(): { color: boolean; width: number } {
  return { color: hasColor(process.stdout), width: process.stdout.columns || 100 };
}

/** A result that cannot be kept is said, and the verdict stands. */
async function keepResult(name: string, events: Event[]): Promise<void> {
  try {
    await recordResult(name, events);
  } catch (error) {
    if (!(error instanceof CourseError)) throw error;
    console.error(error.message);
  }
}

async function writeJunit(path: string, events: Event[]): Promise<void> {
  try {
    await writeFile(resolve(path), toJunit(events));
  } catch (error) {
    throw explainWriteError(error, path);
  }
}
