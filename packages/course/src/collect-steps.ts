import { collectChecks, type StepSpec } from '@streamlings/grading/supervisor';
import { CourseError } from './course-error.ts';

/**
 * Reads from a `checks.ts` which steps and checks it declares.
 *
 * @throws CourseError if it cannot be loaded.
 */
export async function collectSteps(checks: string): Promise<StepSpec[]> {
  try {
    return await collectChecks({ checks });
  } catch (error) {
    throw new CourseError(`The checks cannot be loaded: ${(error as Error).message}`, { cause: error });
  }
}
