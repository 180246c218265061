import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { countItems, type LabCall } from '@streamlings/grading/lab';
import { createWorld } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

/** Serves `src/server.ts` from a source that never ends, and counts the items that are taken from it. */
export async function lab({ server }: Load<Exercise>, { produced }: LabCall): Promise<Hosted> {
  const { world } = createWorld();
  const { handlers } = await server();
  const source = countItems(world.source, produced);
  return host([StreamingService, handlers({ ...world, source }, () => {})]);
}
