import { createHash, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FileEnd, UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';

export const CHUNKS_PER_BATCH = 10;

export function handlers(world: World): ServiceHandlers<typeof UploadService> {
  return {
    uploadFile: (call, callback) => {
      const fileId = randomUUID();
      const hash = createHash('sha256');
      let totalSize = 0n;
      let batches = 0;
      let batch: Uint8Array[] = [];
      let expected: FileEnd | undefined;
      let fault: string | undefined;
      const saves: Promise<void>[] = [];
      const flush = () => {
        if (batch.length === 0) return;
        const save = world.store.put(`${fileId}/${++batches}`, Buffer.concat(batch).toString('base64'));
        save.catch(() => {});
        saves.push(save);
        batch = [];
      };
      call.on('data', ({ part }) => {
        if (part.case === 'end') {
          expected = part.value;
        } else if (part.case === 'chunk' && part.value.offset === totalSize) {
          hash.update(part.value.data);
          totalSize += BigInt(part.value.data.length);
          if (batch.push(part.value.data) === CHUNKS_PER_BATCH) flush();
        } else {
          fault ??= 'a part that does not fit';
        }
      });
      call.on('end', async () => {
        const checksum = hash.digest();
        if (!expected) fault ??= 'no end marker';
        else if (expected.totalSize !== totalSize || !checksum.equals(expected.sha256))
          fault ??= 'not the same file';
        if (fault) {
          callback({ code: status.INVALID_ARGUMENT, details: fault });
          return;
        }
        flush();
        try {
          await Promise.all(saves);
          await world.store.put(fileId, checksum.toString('hex'));
        } catch {
          callback({ code: status.INTERNAL, details: 'the file cannot be kept' });
          return;
        }
        callback(null, { fileId, totalSize });
      });
    },
  };
}
