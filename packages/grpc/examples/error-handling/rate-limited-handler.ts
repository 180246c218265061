import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { RetryInfoSchema } from '../../gen/google/rpc/error_details_pb.ts';
import { decodeRequest, encodeResponse, type GrpcHandler, StatusError } from '../../src/index.ts';
import type { Clock } from '../clock.ts';
import { ItemSchema, StreamItemsRequestSchema } from '../gen/limited/v1/limited_pb.ts';
import { requireCount } from './require-count.ts';

const windowMs = 1000;

/**
 * Creates the handler of `limited.v1.LimitedService`. It opens at most so many streams within any second, for all
 * callers together; those it refuses do not count.
 */
export function createRateLimitedHandler({
  clock,
  perSecond,
}: {
  clock: Clock;
  perSecond: number;
}): GrpcHandler {
  const openings: number[] = [];

  function admit(): void {
    const now = clock.now();
    while (openings[0] !== undefined && openings[0] <= now - windowMs) openings.shift();
    if (openings.length < perSecond) {
      openings.push(now);
      return;
    }
    const waitMs = (openings[0] ?? now) + windowMs - now;
    const seconds = Math.floor(waitMs / 1000);
    const retryDelay = { seconds: BigInt(seconds), nanos: (waitMs - seconds * 1000) * 1_000_000 };
    throw new StatusError(status.RESOURCE_EXHAUSTED, `Rate limit exceeded: ${perSecond} requests/second`, {
      statusDetails: [anyPack(RetryInfoSchema, create(RetryInfoSchema, { retryDelay }))],
    });
  }

  return {
    async *handleServerStream(request) {
      admit();
      const { count } = decodeRequest(StreamItemsRequestSchema, request);
      requireCount(count, 1000);
      for (let index = 0; index < count; index++) yield encodeResponse(ItemSchema, { index });
    },
  };
}
