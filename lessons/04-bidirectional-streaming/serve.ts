import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

const TICK_MS = 500;

/** Serves `src/processor.ts` and `src/feed.ts`, with news twice a second. */
export async function serve({ processor, feed }: Load<Exercise>): Promise<Hosted> {
  const { world, controls } = createWorld();
  const processing = await processor();
  const { handlers } = await feed();
  let updates = 0;
  setInterval(() => {
    const text = `update ${++updates}`;
    controls.bus.publish({ topic: 'news', text, level: 1, timeMs: Date.now() });
  }, TICK_MS);
  return host([StreamingService, processing.handlers(world)], [FeedService, handlers(world)]);
}
