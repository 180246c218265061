import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { Request, ResponseInit, ServiceHandler, ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

type Service = typeof StreamingService;
type Answer = (request: Request<Service, 'unaryCall'>) => Promise<ResponseInit<Service, 'unaryCall'>>;

/** Makes a handler of a function that returns its answer and throws its errors. */
function unary(answer: Answer): ServiceHandler<Service, 'unaryCall'> {
  return (call, callback) => {
    answer(call.request).then(
      (message) => callback(null, message),
      (error) => callback(toStatus(error)),
    );
  };
}

export function handlers(world: World): Pick<ServiceHandlers<typeof StreamingService>, 'unaryCall'> {
  return {
    unaryCall: unary(async ({ sender, content, ttlSeconds }) => {
      if (content === '' || sender === '') throw Object.assign(new Error(), { code: 'EINVAL' });
      if (ttlSeconds !== 0) await world.store.put(`${sender}/${content}`, content);
      return { content: `Echo: ${content}`, sender: 'server', timestamp: BigInt(world.clock.now()) };
    }),
  };
}

/** Maps a failure of the store; the text is the server's own. */
function toStatus(error: unknown): { code: status; details: string } {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EINVAL':
      return { code: status.INVALID_ARGUMENT, details: 'content and sender must not be empty' };
    case 'EEXIST':
      return { code: status.ALREADY_EXISTS, details: 'this message is kept already' };
    case 'EDQUOT':
      return { code: status.RESOURCE_EXHAUSTED, details: 'there is no room for more messages' };
    case 'EACCES':
      return { code: status.PERMISSION_DENIED, details: 'you may not leave messages here' };
    case 'EBUSY':
      return { code: status.UNAVAILABLE, details: 'the store is busy, try again later' };
    default:
      return { code: status.INTERNAL, details: 'the message could not be kept' };
  }
}
