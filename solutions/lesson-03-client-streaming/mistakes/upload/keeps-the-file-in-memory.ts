// misconception: L3-05
// fails: saves every ten chunks while the upload goes on
import { createHash, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';

export const CHUNKS_PER_BATCH = 10;

export function handlers(world: World): ServiceHandlers<typeof UploadService> {
  return {
    uploadFile: async (call, callback) => {
      const refuse = (details: string) => callback({ code: status.INVALID_ARGUMENT, details });
      const fileId = randomUUID();
      const hash = createHash('sha256');
      let totalSize = 0n;
      let batches = 0;
      let batch: Uint8Array[] = [];
      const flush = async () => {
        for (; batch.length > 0; batch = batch.slice(CHUNKS_PER_BATCH)) {
          const bytes = Buffer.concat(batch.slice(0, CHUNKS_PER_BATCH));
          await world.store.put(`${fileId}/${++batches}`, bytes.toString('base64'));
        }
      };
      try {
        for await (const { part } of call) {
          if (part.case === 'chunk') {
            const { data, offset } = part.value;
            if (offset !== totalSize) return refuse(`chunk at offset ${offset}, expected ${totalSize}`);
            totalSize += BigInt(data.length);
            hash.update(data);
            batch.push(data);
          } else if (part.case === 'end') {
            const checksum = hash.digest();
            if (part.value.totalSize !== totalSize || !checksum.equals(part.value.sha256)) {
              return refuse('the chunks are not the file that the end marker describes');
            }
            await flush();
            await world.store.put(fileId, checksum.toString('hex'));
            return callback(null, { fileId, totalSize });
          } else return refuse('a request without a part');
        }
        refuse('the upload ended without an end marker');
      } catch {
        callback({ code: status.INTERNAL, details: 'the file cannot be kept' });
      }
    },
  };
}
