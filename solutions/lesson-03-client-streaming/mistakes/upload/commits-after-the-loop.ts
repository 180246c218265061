// misconception: L3-04
// fails: commits nothing of an upload that was abandoned
import { createHash, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FileEnd, UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';

export const CHUNKS_PER_BATCH = 10;

export function handlers(world: World): ServiceHandlers<typeof UploadService> {
  return {
    uploadFile: async (call, callback) => {
      const refuse = (details: string) => callback({ code: status.INVALID_ARGUMENT, details });
      const fileId = randomUUID();
      const hash = createHash('sha256');
      let totalSize = 0n;
      let batches = 0;
      let expected: FileEnd | undefined;
      let batch: Uint8Array[] = [];
      const flush = async () => {
        if (batch.length === 0) return;
        await world.store.put(`${fileId}/${++batches}`, Buffer.concat(batch).toString('base64'));
        batch = [];
      };
      try {
        for await (const { part } of call) {
          if (part.case === 'chunk') {
            const { data, offset } = part.value;
            if (offset !== totalSize) return refuse(`chunk at offset ${offset}, expected ${totalSize}`);
            totalSize += BigInt(data.length);
            hash.update(data);
            if (batch.push(data) === CHUNKS_PER_BATCH) await flush();
          } else if (part.case === 'end') {
            expected = part.value;
          } else return refuse('a request without a part');
        }
        const checksum = hash.copy().digest();
        if (expected && (expected.totalSize !== totalSize || !checksum.equals(expected.sha256)))
          return refuse('not the same file');
        await flush();
        await world.store.put(fileId, hash.digest('hex'));
        callback(null, { fileId, totalSize });
      } catch {
        callback({ code: status.INTERNAL, details: 'the file cannot be kept' });
      }
    },
  };
}
