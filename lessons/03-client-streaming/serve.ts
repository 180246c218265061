import type { Load } from '@streamlings/grading';
import { type Hosted, host } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';
import type { Exercise } from './checks.ts';

/** Serves the two servers of `src`. */
export async function serve({ server, upload }: Load<Exercise>): Promise<Hosted> {
  const { world } = createWorld();
  const streaming = await server();
  const { handlers } = await upload();
  const report = ({ position, reason }: { position: number; reason: string }) =>
    console.log(`  the server reports: message ${position} is skipped, ${reason}`);
  return host([StreamingService, streaming.handlers(world, report)], [UploadService, handlers(world)]);
}
