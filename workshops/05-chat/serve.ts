import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { ChatService } from '@streamlings/proto/streamlings/chat/v1/chat';
import type { Exercise } from './checks.ts';
import { compose } from './compose.ts';

/** Serves the files of `src`, by the time of the wall. Two names have a key: `ada` has 1815, `grace` has 1906. */
export async function serve(exercise: Load<Exercise>): Promise<Hosted> {
  const { world, controls } = createWorld();
  controls.store.entries.set('key/ada', '1815');
  controls.store.entries.set('key/grace', '1906');
  const clock = { ...world.clock, now: () => Date.now() };
  const { handlers } = await compose(exercise, { ...world, clock });
  return host([ChatService, handlers]);
}
