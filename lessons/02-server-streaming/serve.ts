import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { NotificationService } from '@streamlings/proto/streamlings/notification/v1/notification';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

const TICK_MS = 500;

/** Serves the two servers of `src`, with an alert twice a second. */
export async function serve({ server, notifications }: Load<Exercise>): Promise<Hosted> {
  const { world, controls } = createWorld();
  const streaming = await server();
  const { handlers } = await notifications();
  let alerts = 0;
  setInterval(() => {
    const text = `alert ${++alerts}`;
    controls.bus.publish({ topic: 'alerts', text, level: 3, timeMs: Date.now() });
  }, TICK_MS);
  const report = (ending: string) => console.log(`  the server reports: ${ending}`);
  return host([StreamingService, streaming.handlers(world, report)], [NotificationService, handlers(world)]);
}
