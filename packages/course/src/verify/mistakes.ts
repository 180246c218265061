import { extname, join, relative, sep } from 'node:path';
import type { StepSpec } from '@streamlings/grading/supervisor';
import type { Unit } from '../discovery.ts';
import { listIfThere, readIfThere } from '../optional-files.ts';
import type { Snapshot } from '../snapshot.ts';

/** A file that replaces one step's file of a solution. */
export interface Replaced {
  step: StepSpec;
  /** The absolute path of the file. */
  path: string;
  /** The same, from the solution's folder. */
  file: string;
}

/** A plausible wrong answer, as its header describes it. */
export interface Mistake extends Replaced {
  misconception: string;
  /** The check that must be the first to fail. */
  fails: string;
  /** The majors of Node on which it fails; undefined where it fails on all. */
  nodes: number[] | undefined;
  /** Whether the runtime is to blame, so that the state is `environment`. */
  isEnvironment: boolean;
}

const folderNames = {
  lesson: 'name the folder after a file of `src/`',
  workshop: 'name the folder after a step, like `02`',
};

/**
 * Finds the files of `mistakes/` or `variants/`, by the step that they replace: a lesson has a folder for each file of
 * its `src`, a workshop one for each step, such as `02`.
 */
export async function findReplaced(
  unit: Unit,
  kind: 'mistakes' | 'variants',
  snapshot: Snapshot,
): Promise<{ found: Replaced[]; problems: string[] }> {
  const found: Replaced[] = [];
  const problems: string[] = [];
  for (const folder of await listIfThere(join(unit.solution, kind))) {
    const step = snapshot.steps.find(({ number, file }) =>
      unit.kind === 'lesson' ? file === `src/${folder}.ts` : Number(folder) === number,
    );
    if (!step) {
      problems.push(
        `\`${snapshot.name}-solution\`, \`${kind}/${folder}\` fits no step: ${folderNames[unit.kind]}.`,
      );
      continue;
    }
    const names = await listIfThere(join(unit.solution, kind, folder));
    for (const name of names.filter((each) => extname(each) === extname(step.file))) {
      const path = join(unit.solution, kind, folder, name);
      found.push({ step, path, file: relative(unit.solution, path).split(sep).join('/') });
    }
  }
  return { found, problems };
}

/** Reads the headers of mistakes, which are comments of `key: value` lines at the top of the file. */
export async function readMistakes(
  replaced: Replaced[],
  solutionName: string,
): Promise<{ mistakes: Mistake[]; problems: string[] }> {
  const mistakes: Mistake[] = [];
  const problems: string[] = [];
  for (const each of replaced) {
    const mistake = { ...each, ...parseHeader((await readIfThere(each.path)) ?? '') };
    const wrong = checkHeader(mistake).map((problem) => `\`${solutionName}\`, \`${each.file}\`: ${problem}`);
    problems.push(...wrong);
    if (wrong.length === 0) mistakes.push(mistake);
  }
  return { mistakes, problems };
}

/** Reads the header of a mistake's text; a key that is missing is an empty string. */
export function parseHeader(text: string): Omit<Mistake, keyof Replaced> & { because: string } {
  const keys: Record<string, string> = {};
  for (const line of text.split(/\r?\n/)) {
    if (!line.startsWith('//')) break;
    const match = /^\/\/ (misconception|fails|nodes|because|state): (.+)$/.exec(line);
    if (match?.[1] && match[2]) keys[match[1]] = match[2].trim();
  }
  const { misconception = '', fails = '', nodes, because = '', state } = keys;
  return {
    misconception,
    fails,
    because,
    nodes: nodes?.split(',').map((major) => Number(major.trim())),
    isEnvironment: state === 'environment',
  };
}

function checkHeader(mistake: Mistake & { because: string }): string[] {
  const { step, fails, misconception, nodes, because } = mistake;
  const check = step.checks.find(({ name }) => name === fails);
  if (!check)
    return [`\`fails: ${fails}\` names no check of step ${step.number}: write a check's name verbatim.`];
  const problems: string[] = [];
  if (!check.misconceptions.includes(misconception)) {
    problems.push(
      `\`misconception: ${misconception}\` is not claimed by \`${fails}\`: give the check a hint for it.`,
    );
  }
  if (nodes?.some((major) => !Number.isInteger(major))) {
    problems.push('`nodes` is no list of major versions: write it like `nodes: 22, 26`.');
  }
  if (nodes && !because) problems.push('`nodes` has no reason: add a `because: ` line.');
  return problems;
}
