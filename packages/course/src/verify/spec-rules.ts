import type { Snapshot } from '../snapshot.ts';
import type { Mistake } from './mistakes.ts';

/** Judges the steps and checks that a lesson declares. */
export function checkSpec({ name, steps }: Snapshot): string[] {
  const problems: string[] = [];
  const file = `\`${name}\`, \`checks.ts\``;
  if (steps.length < 1 || steps.length > 4)
    problems.push(`${file} has ${steps.length} steps: a lesson has 1 to 4.`);
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
      for (const id of check.misconceptions.filter((each) => !/^L\d+-\d\d$/.test(each))) {
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
