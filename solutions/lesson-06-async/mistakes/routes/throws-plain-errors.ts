// misconception: L1-04
// fails: refuses a bad request, and names the field in the details
import type { Client, ConnectRouter } from '@connectrpc/connect';
import type { World } from '@streamlings/grading';
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
      async unaryCall({ content }) {
        if (content === '') throw badRequest('content', 'must not be empty');
        for (const _piece of inspect(content)) await new Promise((resolve) => setImmediate(resolve));
        return { content: `Async echo: ${content}`, sender };
      },

      async *serverStreaming({ topic, maxMessages }, { signal }) {
        if (topic === '') throw badRequest('topic', 'must not be empty');
        if (maxMessages < 0) throw badRequest('max_messages', 'must not be negative');
        const count = maxMessages || DEFAULT_MESSAGES;
        for await (const { index } of world.source.open(topic, { signal })) {
          yield { content: `Async message ${index}`, sender };
          if (index === count) break;
        }
      },

      async clientStreaming(requests) {
        let messagesProcessed = 0;
        let length = 0;
        for await (const { content, sender } of requests) {
          await world.store.put(`${sender}/${content}`, content);
          messagesProcessed++;
          length += content.length;
        }
        const status = `Processed ${messagesProcessed} messages, total length: ${length}`;
        return { messagesProcessed, status };
      },

      async *bidirectionalStreaming(requests, { signal, timeoutMs }) {
        for await (const { content } of requests) {
          const answer = await upstream.unaryCall({ content }, { signal, timeoutMs: timeoutMs() });
          yield { content: `Async echo: ${answer.content}`, sender };
        }
      },
    });
}

function badRequest(field: string, description: string): Error {
  return new Error(`${field} ${description}`);
}
