import type { CheckFinished } from '@streamlings/proto/streamlings/result/v1/result';
import { readHints } from './readme.ts';
import { findTask, type StepPage } from './step-page.ts';

/** A hint, to be opened after the one before it. */
export interface Hint {
  /** What kind of help it is, in a few words. */
  title: string;
  /** In Markdown. */
  text: string;
}

/**
 * Lists the hints of a step from the one that gives away least: of the check that failed the question, the mechanism
 * behind it and what to read again; then those of the page.
 */
export function listHints(page: StepPage, step: number, failure?: CheckFinished): Hint[] {
  const own = failure ? listHintsOf(failure, page, step) : [];
  return [...own, ...readHints(page.text).map(({ summary, text }) => ({ title: summary, text }))];
}

function listHintsOf({ hint, spec }: CheckFinished, page: StepPage, step: number): Hint[] {
  const { mechanism, question } = splitHint(hint);
  const task = findTask(page, step);
  const places = [
    ...(spec ? [`- \`${spec.file}:${spec.line}\`: ${quote(spec.text)}`] : []),
    ...(task ? [`- \`${page.path}:${task.line}\`: ${task.heading}`] : []),
  ];
  const all = [
    { title: 'A question', text: question },
    { title: 'What is behind it', text: mechanism },
    // What is no failure of a check, such as a file that cannot be loaded, has nothing to be read about.
    { title: 'What to read again', text: hint && places.join('\n') },
  ];
  return all.filter(({ text }) => text !== '');
}

/** A check's hint is the mechanism and then a question. */
function splitHint(hint: string): { mechanism: string; question: string } {
  const sentences = hint.split(/(?<=[.?!])\s+(?=[^a-z])/);
  const first = sentences.findLastIndex((sentence) => !sentence.endsWith('?')) + 1;
  return { mechanism: sentences.slice(0, first).join(' '), question: sentences.slice(first).join(' ') };
}

/** Marks a text as code, also one that holds such marks itself. */
function quote(code: string): string {
  return code.includes('`') ? `\`\` ${code} \`\`` : `\`${code}\``;
}
