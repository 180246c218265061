import { status } from '@grpc/grpc-js';
import { decodeRequest, encodeResponse, type GrpcHandler, StatusError } from '../../src/index.ts';
import type { Random } from '../clock.ts';
import { ChunkSchema, UploadFileResponseSchema } from '../gen/storage/v1/storage_pb.ts';

/** Creates the handler of `storage.v1.StorageService`. It counts a file's bytes and keeps none. */
export function createStorageHandler({ random }: { random: Random }): GrpcHandler {
  return {
    async handleClientStream(requests) {
      let totalChunks = 0;
      let totalBytes = 0;
      for await (const request of requests) {
        const { chunkId, data, isLast } = decodeRequest(ChunkSchema, request);
        if (chunkId !== totalChunks)
          throw invalid(`invalid chunk_id: expected ${totalChunks}, got ${chunkId}`);
        totalChunks++;
        totalBytes += data.byteLength;
        if (!isLast) continue;
        // Whatever the client sends now is discarded: its answer does not wait for it.
        return encodeResponse(UploadFileResponseSchema, {
          fileId: `file-${Math.floor(random() * 2 ** 32)
            .toString(16)
            .padStart(8, '0')}`,
          totalChunks,
          totalBytes: BigInt(totalBytes),
          status: 'complete',
        });
      }
      throw invalid(`incomplete file: ${totalChunks} chunks, and none was the last`);
    },
  };
}

const invalid = (details: string) => new StatusError(status.INVALID_ARGUMENT, details);
