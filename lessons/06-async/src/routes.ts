import { type Client, Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import type { World } from '@streamlings/grading';
import { BadRequestSchema } from '@streamlings/grpc/google/rpc/error_details';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** Who sends the answers. */
const sender = 'async-server';
/** How many messages a stream has unless the request says otherwise. */
const DEFAULT_MESSAGES = 5;

/**
 * Says how `StreamingService` is answered; the result is what `connectNodeAdapter` takes.
 *
 * `upstream` is a client of another server, which has a word in each echo. `inspect` does its work piece by piece: each
 * step of the iteration is one piece, and there may be thousands.
 */
export function routes(
  world: World,
  upstream: Client<typeof StreamingService>,
  inspect: (content: string) => Iterable<unknown>,
): (router: ConnectRouter) => void {
  return (router) =>
    router.service(StreamingService, {
      // TODO: Answer the four kinds, as the lesson says: `Async echo: …`, `Async message …`, the totals, and again
      //   `Async echo: …`, with what `upstream` answers. What streams, streams message by message.
      // TODO: Refuse a bad request with INVALID_ARGUMENT, and name the field in a `BadRequest` among the details.
      // TODO: Stop when the client leaves, whatever the handler waits for at that moment, and let the upstream know.
    });
}
