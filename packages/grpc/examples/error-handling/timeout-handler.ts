import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { ErrorInfoSchema } from '../../gen/google/rpc/error_details_pb.ts';
import { decodeRequest, encodeResponse, type GrpcHandler, StatusError } from '../../src/index.ts';
import type { Clock } from '../clock.ts';
import { ItemSchema, StreamItemsRequestSchema } from '../gen/timeout/v1/timeout_pb.ts';

/**
 * Creates the handler of `timeout.v1.TimeoutService`. Two times limit it: the one in the request, which it looks at
 * itself, and the deadline of the call, which wakes it through the signal.
 */
export function createTimeoutHandler({ clock }: { clock: Clock }): GrpcHandler {
  return {
    async *handleServerStream(request, { signal }) {
      const { timeoutSeconds = 5, delayMs = 100 } = decodeRequest(StreamItemsRequestSchema, request);
      const end = clock.now() + timeoutSeconds * 1000;
      for (let index = 0; index < 100; index++) {
        if (clock.now() > end) throw tooLate(timeoutSeconds, index);
        yield encodeResponse(ItemSchema, { index, timestampMs: BigInt(clock.now()) });
        await clock.sleep(delayMs, signal);
      }
    },
  };
}

function tooLate(timeoutSeconds: number, itemsProcessed: number): StatusError {
  const info = create(ErrorInfoSchema, {
    reason: 'TIMEOUT',
    domain: 'timeout.v1',
    metadata: { items_processed: String(itemsProcessed) },
  });
  return new StatusError(status.DEADLINE_EXCEEDED, `Operation timed out after ${timeoutSeconds} s`, {
    statusDetails: [anyPack(ErrorInfoSchema, info)],
  });
}
