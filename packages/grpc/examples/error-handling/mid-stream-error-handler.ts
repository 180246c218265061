import { status } from '@grpc/grpc-js';
import { decodeRequest, encodeResponse, type GrpcHandler, StatusError } from '../../src/index.ts';
import { DataItemSchema, StreamDataRequestSchema } from '../gen/data/v1/data_pb.ts';
import { requireCount } from './require-count.ts';

/** Creates the handler of `data.v1.DataService`: the client gets what came before the error, and then the error. */
export function createMidStreamErrorHandler(): GrpcHandler {
  return {
    async *handleServerStream(request) {
      const { count = 10, errorAtIndex = -1 } = decodeRequest(StreamDataRequestSchema, request);
      requireCount(count, 1000);
      for (let index = 0; index < count; index++) {
        if (index === errorAtIndex)
          throw new StatusError(status.INTERNAL, `Processing failed at item ${index}`);
        yield encodeResponse(DataItemSchema, { index, data: `item ${index}` });
      }
    },
  };
}
