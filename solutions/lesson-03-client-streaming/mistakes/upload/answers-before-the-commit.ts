// misconception: L3-03
// fails: commits after the last batch is saved, and not at all if one fails
import { createHash, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';

/** How many chunks make one batch. */
export const CHUNKS_PER_BATCH = 10;

/**
 * Answers `UploadFile` and keeps the files in `world.store`.
 *
 * The bytes are under `{file_id}/1`, `{file_id}/2` and so on, in base64, one batch of chunks each. The entry `{file_id}`
 * comes last: it holds the checksum in hex, and who reads the store takes a file without it for unfinished.
 */
export function handlers(world: World): ServiceHandlers<typeof UploadService> {
  return {
    uploadFile: async (call, callback) => {
      const refuse = (details: string) => callback({ code: status.INVALID_ARGUMENT, details });
      const fileId = randomUUID();
      const hash = createHash('sha256');
      let totalSize = 0n;
      let batches = 0;
      let batch: Uint8Array[] = [];
      // One batch at most is in memory. Called again after the last chunk, or the rest would never be saved.
      const flush = async () => {
        if (batch.length === 0) return;
        await world.store.put(`${fileId}/${++batches}`, Buffer.concat(batch).toString('base64'));
        batch = [];
      };
      try {
        for await (const { part } of call) {
          if (part.case === 'chunk') {
            const { data, offset } = part.value;
            // The stream keeps the order of what is written to it; the client may still write the wrong thing.
            if (offset !== totalSize) return refuse(`chunk at offset ${offset}, expected ${totalSize}`);
            totalSize += BigInt(data.length);
            hash.update(data);
            if (batch.push(data) === CHUNKS_PER_BATCH) await flush();
          } else if (part.case === 'end') {
            const checksum = hash.digest();
            if (part.value.totalSize !== totalSize || !checksum.equals(part.value.sha256)) {
              return refuse('the chunks are not the file that the end marker describes');
            }
            await flush();
            world.store.put(fileId, checksum.toString('hex')).catch(() => {});
            return callback(null, { fileId, totalSize });
          } else return refuse('a request without a part');
        }
        // Nothing is committed here: the loop ends like this also when the client has vanished, `cancelled` comes later.
        refuse('the upload ended without an end marker');
      } catch {
        callback({ code: status.INTERNAL, details: 'the file cannot be kept' });
      }
    },
  };
}
