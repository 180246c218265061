import { createGrader } from '@streamlings/grading/supervisor';
import { takeSnapshot } from '../src/take-snapshot.ts';
import { createTinyCourse, type TinyCourse } from './tiny-course.ts';

const path = 'packages/course/snapshots/lesson-01.json';
let snapshot: Promise<string> | undefined;

/** Creates the tiny course with its snapshot, which is taken once for all tests of a file. */
export async function createReleasedCourse(): Promise<TinyCourse> {
  const course = await createTinyCourse();
  snapshot ??= createSnapshot();
  await course.write(path, await snapshot);
  return course;
}

async function createSnapshot(): Promise<string> {
  await using course = await createTinyCourse();
  await using grader = createGrader();
  await takeSnapshot('lesson-01', grader, course.root);
  return await course.read(path);
}
