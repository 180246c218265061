import { relative } from 'node:path';
import type { MessageInitShape } from '@bufbuild/protobuf';
import { courseRoot, keepText, replaceText } from '@streamlings/course';
import type { SettleConflictResponseSchema } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { Station } from '../engine/learner-engine.ts';
import { readLearnerFile } from './learner-file.ts';

/**
 * Lets a file hold one of two texts, and copies the other. Does nothing where the file is no longer the one that the
 * page has shown.
 */
export async function settleConflict(
  station: Station,
  mine: string,
  theirVersion: string,
  takesMine: boolean,
): Promise<MessageInitShape<typeof SettleConflictResponseSchema>> {
  const { lesson, step } = station;
  const theirs = await readLearnerFile(station);
  if (theirs.version !== theirVersion) return { file: theirs, settled: false };
  const backup = takesMine
    ? (await replaceText(lesson, step.file, mine)).backup
    : await keepText(lesson, step.file, mine);
  const where = backup && relative(courseRoot, backup.folder);
  return {
    file: await readLearnerFile(station),
    settled: true,
    sentence: where
      ? `The other text is in \`${where}\`; \`pnpm streamlings undo ${lesson}\` brings it back.`
      : '',
  };
}
