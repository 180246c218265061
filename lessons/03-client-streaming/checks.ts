import { type Load, step, type World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService, StreamResponse } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';
import { clientChecks } from './client-checks.ts';
import { serverChecks } from './server-checks.ts';
import { uploadChecks } from './upload-checks.ts';

/** A message that was left out of the totals. */
export type Skipped = { position: number; reason: 'empty' | 'duplicate' };

/** What the files of `src` export. */
export interface Exercise {
  server: {
    handlers(
      world: World,
      report: (skipped: Skipped) => void,
    ): Pick<ServiceHandlers<typeof StreamingService>, 'clientStreaming'>;
  };
  upload: { handlers(world: World): ServiceHandlers<typeof UploadService> };
  client: { sendAll(address: string, topic: string, world: World): Promise<StreamResponse> };
}

export function checks(exercise: Load<Exercise>): void {
  step({ number: 1, title: 'ClientStreaming', file: 'src/server.ts' }, () => serverChecks(exercise.server));
  step({ number: 2, title: 'UploadFile', file: 'src/upload.ts' }, () => uploadChecks(exercise.upload));
  step({ number: 3, title: 'The client', file: 'src/client.ts' }, () => clientChecks(exercise.client));
}
