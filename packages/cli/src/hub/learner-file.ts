import { createHash } from 'node:crypto';
import { readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { create } from '@bufbuild/protobuf';
import { CourseError } from '@streamlings/course';
import { writeFile } from '@streamlings/course/state';
import { type LearnerFile, LearnerFileSchema } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { Station } from '../engine/learner-engine.ts';

/**
 * Reads the file of a step; one that is not there is empty.
 *
 * @throws CourseError if it leads out of its lesson.
 */
export async function readLearnerFile(station: Station): Promise<LearnerFile> {
  const text = await readFile(await findPath(station), 'utf8').catch(ifMissing(''));
  const version = createHash('sha256').update(text).digest('base64url');
  return create(LearnerFileSchema, { path: station.step.file, text, version });
}

/**
 * Writes the file of a step; it is whole at any moment.
 *
 * @throws CourseError if it leads out of its lesson.
 */
export async function writeLearnerFile(station: Station, text: string): Promise<LearnerFile> {
  await writeFile(await findPath(station), text);
  return readLearnerFile(station);
}

/** Follows links: what the browser shows and writes is inside of the lesson. */
async function findPath({ folder, step }: Station): Promise<string> {
  const path = join(folder, step.file);
  const real = await realpath(path).catch(ifMissing(undefined));
  if (real === undefined) return path;
  if (real.startsWith(join(await realpath(folder), sep))) return real;
  throw new CourseError(`\`${step.file}\` leads out of its lesson, to \`${real}\`: put a file there.`);
}

function ifMissing<T>(value: T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code === 'ENOENT') return value;
    throw error;
  };
}
