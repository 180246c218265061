import { CourseError, courseRoot, findUnit, loadWorkspace } from '@streamlings/course';
import { scoreOf } from '@streamlings/grading/report';
import { createGrader } from '@streamlings/grading/supervisor';
import type { Event } from '@streamlings/proto/streamlings/result/v1/result';
import type { Finding } from './examine.ts';

/**
 * Grades the solution of a workshop on this machine, as the attendees' work will be graded.
 *
 * @throws CourseError if there is no such workshop.
 */
export async function examineWorkshop(number: string, root: string = courseRoot): Promise<Finding> {
  if (!/^\d{1,2}$/.test(number)) {
    throw new CourseError(`\`${number}\` is no number of a workshop: write it like \`--workshop 03\`.`);
  }
  const { name } = await findUnit(`workshop-${number.padStart(2, '0')}`, root);
  const startedMs = Date.now();
  const { passed, total, ok } = scoreOf(await grade(`${name}-solution`, root));
  const seconds = Math.round((Date.now() - startedMs) / 1000);
  const subject = 'Workshop';
  if (ok) {
    const found = `the solution of \`${name}\` passes all ${total} checks, in ${seconds} s`;
    return { subject, state: 'fine', found, advice: '' };
  }
  const found = `the solution of \`${name}\` passes ${passed} of ${total} checks`;
  const advice = `Run \`pnpm test --filter ${name}-solution\`: it shows what fails on this machine.`;
  return { subject, state: 'wrong', found, advice };
}

async function grade(name: string, root: string): Promise<Event[]> {
  const grader = createGrader();
  try {
    return await Array.fromAsync(grader.run(await loadWorkspace(name, root)));
  } finally {
    await grader[Symbol.asyncDispose]();
  }
}
