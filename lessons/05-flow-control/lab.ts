import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import type { LabCall } from '@streamlings/grading/lab';
import { createWorld } from '@streamlings/grading/world';
import { ObservatoryService } from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { Archive } from './archive.ts';
import type { Exercise, PictureRow } from './checks.ts';

/** Serves `byHand` of `src/pictures.ts`, and counts the pictures that are read from the archive. */
export async function lab(
  { pictures }: Load<Exercise>,
  { messages, bytes, produced }: LabCall,
): Promise<Hosted> {
  const { world } = createWorld();
  const { byHand } = await pictures();
  const data = world.random.bytes(bytes);
  const row = (number: number): PictureRow => {
    produced();
    return { number, data };
  };
  const night = new Archive<PictureRow>({ row, rows: messages, batch: 10 });
  return host([ObservatoryService, byHand(night.open)]);
}
