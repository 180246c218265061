import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckFinished, Event } from '@streamlings/proto/streamlings/result/v1/result';
import { afterAll } from 'vitest';
import {
  collectChecks,
  createGrader,
  type Grader,
  type RunOptions,
  type Workspace,
} from '../src/supervisor/grader.ts';

const folder = join(import.meta.dirname, 'lesson');
const scratch = join(import.meta.dirname, '..', '.streamlings');
const checks = join(folder, 'checks.ts');

/** A finished run and what its consumers would look at. */
export interface Graded {
  events: Event[];
  verdicts: CheckFinished[];
  /** What the program printed. */
  output: string[];
  passed: number;
}

const steps = await collectChecks({ checks });

/** The lesson of the tests, as the course would describe it. */
export const testLesson: Workspace = { name: 'lesson-99', folder, checks, steps };

/** Grades a program that stands in for the first step's file. */
export async function gradeProgram(
  source: string,
  options: RunOptions = {},
  grader: Grader = shared,
): Promise<Graded> {
  mkdirSync(scratch, { recursive: true });
  const place = mkdtempSync(join(scratch, 'program-'));
  const file = join(place, 'server.ts');
  writeFileSync(file, source);
  try {
    return await grade({ ...testLesson, files: { 1: file } }, options, grader);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

const shared = createGrader();
afterAll(() => shared[Symbol.asyncDispose]());

/** Grades a workspace, by default with a warm process that the tests of a file share. */
export async function grade(
  workspace: Workspace,
  options: RunOptions = {},
  grader: Grader = shared,
): Promise<Graded> {
  const events: Event[] = [];
  for await (const event of grader.run(workspace, { types: false, ...options })) events.push(event);
  const bodies = events.map(({ body }) => body);
  const finished = bodies.at(-1);
  return {
    events,
    verdicts: bodies.flatMap((body) => (body.case === 'checkFinished' ? [body.value] : [])),
    output: bodies.flatMap((body) => (body.case === 'notice' ? [body.value.text] : [])),
    passed: finished?.case === 'runFinished' ? finished.value.passed : Number.NaN,
  };
}

/** The source of a server whose `unaryCall` has the given body; `call`, `callback` and `world` are in scope. */
export function serverWith(body: string, before = ''): string {
  return `${before}\nexport const handlers = (world) => ({ unaryCall: (call, callback) => { ${body} } });\n`;
}

/** A server that does what the checks ask for. */
export const rightAnswer = `
  if (call.request.content === '') return callback({ code: 3, details: 'content is empty' });
  callback(null, { content: 'Echo: ' + call.request.content });
`;
