import { join } from 'node:path';
import { CourseError } from '../course-error.ts';
import type { Unit } from '../discovery.ts';
import { readIfThere } from '../optional-files.ts';

/** A mutant that passes every check. */
export interface Survivor {
  /** From the solution's folder. */
  file: string;
  line: number;
  /** The line before the change. */
  code: string;
  change: string;
  /** Which it is of several that differ in their lines alone, counted from 1. */
  occurrence: number;
}

/** Why a mutant does what the solution does: an entry of a solution's `survivors.json`. */
export interface Excuse extends Omit<Survivor, 'line' | 'occurrence'> {
  /** The first by default. */
  occurrence?: number;
  reason: string;
}

/** Reads the reasons that a solution gives for its survivors. */
export async function readExcuses(unit: Unit): Promise<Excuse[]> {
  const path = join(unit.solution, 'survivors.json');
  return parse(await readIfThere(path), path);
}

/** Whether there is a reason for a mutant to survive. */
export function isExcused(mutant: Survivor, excuses: readonly Excuse[]): boolean {
  return excuses.some((excuse) => isSame(excuse, mutant));
}

/** Compares survivors with the reasons for them; returns a sentence for each that lacks its other. */
export function describeProblems(
  unit: Unit,
  survivors: readonly Survivor[],
  excuses: readonly Excuse[],
): string[] {
  const unexplained = survivors.filter((survivor) => !isExcused(survivor, excuses));
  const stale = excuses.filter((excuse) => !survivors.some((survivor) => isSame(excuse, survivor)));
  return [
    ...unexplained.map(
      ({ file, line, code, change, occurrence }) =>
        `\`${unit.name}-solution\`, \`${file}:${line}\`: \`${code}\` survives with \`${change}\`${occurrence > 1 ? ` (occurrence ${occurrence})` : ''}: let a check catch it, or say in \`survivors.json\` why it behaves the same.`,
    ),
    ...stale.map(
      ({ file, code, change }) =>
        `\`${unit.name}-solution\`, \`survivors.json\`: \`${change}\` in \`${code}\` of \`${file}\` does not survive: take the entry out.`,
    ),
  ];
}

function isSame({ occurrence = 1, ...excuse }: Excuse, mutant: Survivor): boolean {
  const { file, code, change } = mutant;
  return (
    excuse.file === file &&
    excuse.code === code &&
    excuse.change === change &&
    occurrence === mutant.occurrence
  );
}

function parse(text: string | undefined, path: string): Excuse[] {
  if (text === undefined) return [];
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new CourseError(`\`${path}\` is not JSON (${(error as Error).message}): repair it.`);
  }
}
