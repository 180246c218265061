import type { Load, Store } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import type { LabCall } from '@streamlings/grading/lab';
import { createWorld } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

/** Serves `src/processor.ts`, and counts the messages that it keeps. */
export async function lab({ processor }: Load<Exercise>, { produced }: LabCall): Promise<Hosted> {
  const { world } = createWorld();
  const { handlers } = await processor();
  const store: Store = {
    ...world.store,
    put: async (key, value) => {
      await world.store.put(key, value);
      produced();
    },
  };
  return host([StreamingService, handlers({ ...world, store })]);
}
