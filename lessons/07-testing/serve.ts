import { type Hosted, host } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { handlers } from './servers/right.ts';

/** Serves the right server of step 2. */
export async function serve(): Promise<Hosted> {
  return host([StreamingService, handlers(createWorld().world)]);
}
