import type { Load, Store } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { createTurns, type LabCall } from '@streamlings/grading/lab';
import { createWorld } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

/** Serves `src/server.ts` with a store that takes its time, and counts the messages that are kept. */
export async function lab({ server }: Load<Exercise>, { reading, produced }: LabCall): Promise<Hosted> {
  const { world } = createWorld();
  const { handlers } = await server();
  const turn = createTurns(reading);
  const store: Store = {
    ...world.store,
    put: async (key, value) => {
      await turn();
      await world.store.put(key, value);
      produced();
    },
  };
  return host([StreamingService, handlers({ ...world, store }, () => {})]);
}
