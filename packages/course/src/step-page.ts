import { join } from 'node:path';
import { readIfThere } from './optional-files.ts';
import { lineOf } from './text-lines.ts';

/** What a learner reads in a step: the chapter of a lesson, or the page that a workshop has for each step. */
export interface StepPage {
  /** The path, relative to the folder of the lesson. */
  path: string;
  /** The text in Markdown; empty if it is missing. */
  text: string;
}

/** Reads the page of a step. */
export async function readStepPage(folder: string, step: number): Promise<StepPage> {
  const own = `steps/${String(step).padStart(2, '0')}.md`;
  const text = await readIfThere(join(folder, own));
  if (text !== undefined) return { path: own, text };
  return { path: 'README.md', text: (await readIfThere(join(folder, 'README.md'))) ?? '' };
}

/** Finds the heading under which a page says what is to be done in a step. */
export function findTask({ text }: StepPage, step: number): { heading: string; line: number } | undefined {
  const found =
    new RegExp(`^### (Step ${step}\\b.*)$`, 'm').exec(text) ?? /^## (Your task)$/m.exec(text) ?? undefined;
  return found?.[1] ? { heading: found[1].replaceAll('`', ''), line: lineOf(text, found[0]) } : undefined;
}
