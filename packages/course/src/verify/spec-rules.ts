import type { Unit } from '../discovery.ts';
import type { Snapshot } from '../snapshot.ts';
import type { Mistake } from './mistakes.ts';

/** Judges the steps and checks that a lesson or a workshop declares. */
export function checkSpec(kind: Unit['kind'], { name, steps }: Snapshot): string[] {
  const problems: string[] = [];
  const file = `\`${name}\`, \`checks.ts\``;
  const [min, max] = kind === 'lesson' ? [1, 4] : [2, 8];
  if (steps.length < min || steps.length > max)
    problems.push(`${file} has ${steps.length} steps: a ${kind} has ${min} to ${max}.`);
  for (const [index, step] of steps.entries()) {
    if (step.number !== index + 1) {
      problems.push(`${file}: the number of step \`${step.title}\` is ${step.number}: make it ${index + 1}.`);
    }
    if (step.checks.length < 3 || step.checks.length > 6) {
      problems.push(`${file}: step ${step.number} has ${step.checks.length} checks: a step has 3 to 6.`);
    }
    const names = step.checks.map((check) => check.name);
    for (const twice of names.filter((each, at) => names.indexOf(each) !== at)) {
      problems.push(`${file}: step ${step.number} has two checks \`${twice}\`: rename one.`);
    }
    for (const check of step.checks) {
      for (const id of check.misconceptions.filter((each) => !/^[LW]\d+-\d\d$/.test(each))) {
        problems.push(
          `${file}: \`${check.name}\` claims \`${id}\`: a misconception is written like \`L1-02\`.`,
        );
      }
    }
  }
  return problems;
}

/** Judges whether the mistakes cover every misconception that the checks claim. */
export function checkCoverage({ name, steps }: Snapshot, mistakes: Mistake[]): string[] {
  const claimed = new Set(steps.flatMap((step) => step.checks.flatMap((check) => check.misconceptions)));
  const covered = new Set(mistakes.map((mistake) => mistake.misconception));
  return [...claimed]
    .filter((id) => !covered.has(id))
    .map(
      (id) =>
        `\`${name}\`: no mistake shows \`${id}\`: add one to the solution's \`mistakes/\`, or drop the claim.`,
    );
}
