import { readFile } from 'node:fs/promises';
import { collectDeclarations, type RunOptions, type Workspace } from '@streamlings/grading/supervisor';
import { CourseError } from './course-error.ts';
import { courseRoot } from './course-root.ts';
import { findUnit, type Unit } from './discovery.ts';
import { chooseExamples, describeMistake } from './documents/misconception-index.ts';
import { readSnapshot } from './snapshot.ts';
import { stateFolderOf } from './states.ts';
import { normalizeLines } from './text-lines.ts';
import { createMistakeCase } from './verify/cases.ts';
import { findReplaced, type Mistake, readMistakes } from './verify/mistakes.ts';
import { loadWorkspace } from './workspace.ts';

/** What others get wrong in a lesson: a plausible wrong answer, one for each misconception. */
export interface GalleryMistake {
  /** Names it: the file, relative to the solution's folder. */
  file: string;
  /** The step that it gets wrong. */
  step: number;
  /** The check that catches it. */
  check: string;
  misconception: string;
  belief: string;
  symptom: string;
  /** The hint of that check: the mechanism and a question. */
  question: string;
  /** The program, without the header that is meant for the grader. */
  text: string;
}

/**
 * Lists the mistakes of a lesson that fail on this version of Node, in learning order.
 *
 * @throws CourseError if there is no such lesson.
 */
export async function listMistakes(name: string, root: string = courseRoot): Promise<GalleryMistake[]> {
  const unit = await findUnit(name, root);
  const mistakes = await readExamples(unit, root);
  const declared = await collectDeclarations(await loadWorkspace(unit.name, root));
  return Promise.all(
    mistakes.map(async (mistake) => ({
      ...describeMistake(mistake, declared),
      file: mistake.file,
      step: mistake.step.number,
      check: mistake.fails,
      misconception: mistake.misconception,
      text: withoutHeader(normalizeLines(await readFile(mistake.path, 'utf8'))),
    })),
  );
}

/**
 * Says how a mistake is run against the check that catches it.
 *
 * @throws CourseError if the lesson has no such mistake.
 */
export async function loadMistake(
  name: string,
  file: string,
  root: string = courseRoot,
): Promise<{ step: number; workspace: Workspace; options: RunOptions }> {
  const unit = await findUnit(name, root);
  const mistake = (await readExamples(unit, root)).find((each) => each.file === file);
  if (!mistake) throw new CourseError(`\`${unit.name}\` has no mistake \`${file}\`.`);
  const step = mistake.step.number;
  const solution = await loadWorkspace(`${unit.name}-solution`, root);
  const state = { ...solution, folder: stateFolderOf(unit, step) };
  const { workspace, options } = createMistakeCase(unit.name, state, mistake);
  return { step, workspace, options: { ...options, name: mistake.fails, wire: true } };
}

async function readExamples(unit: Unit, root: string): Promise<Mistake[]> {
  const snapshot = await readSnapshot(unit.name, root);
  if (!snapshot) throw new CourseError(`\`${unit.name}\` has no snapshot yet.`);
  const { found } = await findReplaced(unit, 'mistakes', snapshot);
  const { mistakes } = await readMistakes(found, `${unit.name}-solution`);
  const major = Number(process.versions.node.split('.')[0]);
  return chooseExamples(mistakes.filter(({ nodes }) => nodes?.includes(major) ?? true));
}

/** Takes away what the header of a mistake tells the grader. */
function withoutHeader(text: string): string {
  return text.replace(/^(?:\/\/ (?:misconception|fails|nodes|because|state): .*\n)+\n*/, '');
}
