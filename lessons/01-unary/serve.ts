import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

/** Serves `src/server.ts`. */
export async function serve({ server }: Load<Exercise>): Promise<Hosted> {
  const { handlers } = await server();
  return host([StreamingService, handlers(createWorld().world)]);
}
