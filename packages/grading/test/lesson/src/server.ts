import { status } from '@grpc/grpc-js';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export function handlers(): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall'> {
  return {
    unaryCall: ({ request }, callback) => {
      if (request.content === '')
        return callback({ code: status.INVALID_ARGUMENT, details: 'content is empty' });
      callback(null, { content: `Echo: ${request.content}` });
    },
  };
}
