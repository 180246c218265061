// misconception: L3-02
// fails: stores a finished file whole, however many chunks it has
import { randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';

export const CHUNKS_PER_BATCH = 10;

export function handlers(world: World): ServiceHandlers<typeof UploadService> {
  return {
    uploadFile: (call, callback) => {
      const fileId = randomUUID();
      const totalSize = 0n;
      call.on('end', async () => {
        await world.store.put(fileId, '');
        callback(null, { fileId, totalSize });
      });
    },
  };
}
