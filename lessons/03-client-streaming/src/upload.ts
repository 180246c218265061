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
    uploadFile: (call, callback) => {
      // TODO: Save the chunks batch by batch while the upload goes on. The last batch may be smaller.

      // TODO: Write the entry `{file_id}` and answer OK only for a file that is whole, as upload.proto
      //   says, and only after its last batch is saved.

      // TODO: Answer everything else once: INVALID_ARGUMENT for the client's faults, INTERNAL for the store's.
      callback({ code: status.UNIMPLEMENTED, details: 'UploadFile is not written yet' });
    },
  };
}
