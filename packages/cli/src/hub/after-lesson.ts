import type { MessageInitShape } from '@bufbuild/protobuf';
import { readAfterword } from '@streamlings/course';
import type { GetAfterLessonResponseSchema } from '@streamlings/proto/streamlings/hub/v1/hub';
import type { Gallery } from '../engine/gallery.ts';

/** Gathers what there is to see after a lesson. */
export async function gatherAfterLesson(
  gallery: Gallery,
  lesson: string,
): Promise<MessageInitShape<typeof GetAfterLessonResponseSchema>> {
  const [{ mistakes, closedSteps }, afterword] = await Promise.all([
    gallery.list(lesson),
    readAfterword(lesson),
  ]);
  return { ...afterword, mistakes, closedSteps };
}
