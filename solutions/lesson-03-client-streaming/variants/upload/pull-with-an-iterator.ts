import { createHash, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FileEnd, UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';

export const CHUNKS_PER_BATCH = 10;

export function handlers(world: World): ServiceHandlers<typeof UploadService> {
  return {
    uploadFile: async (call, callback) => {
      const requests = call[Symbol.asyncIterator]();
      const fileId = randomUUID();
      const hash = createHash('sha256');
      let totalSize = 0n;
      let end: FileEnd | undefined;

      /** Reads one batch; its last chunk may be followed by the end marker. */
      const readBatch = async (): Promise<Uint8Array[]> => {
        const batch: Uint8Array[] = [];
        while (batch.length < CHUNKS_PER_BATCH && !end) {
          const { done, value } = await requests.next();
          if (done) throw new RangeError('no end marker');
          const { part } = value;
          if (part.case === 'end') end = part.value;
          else if (part.case !== 'chunk' || part.value.offset !== totalSize)
            throw new RangeError('out of place');
          else {
            batch.push(part.value.data);
            hash.update(part.value.data);
            totalSize += BigInt(part.value.data.length);
          }
        }
        return batch;
      };
      try {
        for (let number = 1; !end; number++) {
          const batch = await readBatch();
          if (batch.length > 0)
            await world.store.put(`${fileId}/${number}`, Buffer.concat(batch).toString('base64'));
        }
        const checksum = hash.digest('hex');
        const { totalSize: size, sha256 } = end as FileEnd;
        if (size !== totalSize || Buffer.from(sha256).toString('hex') !== checksum)
          throw new RangeError('differs');
        await world.store.put(fileId, checksum);
        callback(null, { fileId, totalSize });
      } catch (error) {
        if (error instanceof RangeError) callback({ code: status.INVALID_ARGUMENT, details: error.message });
        else callback({ code: status.INTERNAL, details: 'the file cannot be kept' });
      }
    },
  };
}
