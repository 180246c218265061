import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { create } from '@bufbuild/protobuf';
import { type Client, Code, ConnectError, type ConnectRouter } from '@connectrpc/connect';
import { createWritableIterable } from '@connectrpc/connect/protocol';
import type { World } from '@streamlings/grading';
import { BadRequestSchema } from '@streamlings/grpc/google/rpc/error_details';
import {
  type Message,
  MessageSchema,
  StreamingService,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';

const { unaryCall, serverStreaming, clientStreaming, bidirectionalStreaming } = StreamingService.method;

/** One function for each method: promise chains, a Readable, and a writable iterable that another loop fills. */
export function routes(
  world: World,
  upstream: Client<typeof StreamingService>,
  inspect: (content: string) => Iterable<unknown>,
): (router: ConnectRouter) => void {
  const message = (content: string) => create(MessageSchema, { content, sender: 'async-server' });
  return (router) =>
    router
      .rpc(unaryCall, ({ content }) => {
        if (content === '') throw bad('content');
        const pieces = inspect(content)[Symbol.iterator]();
        const work = (): Promise<unknown> => Promise.resolve(pieces.next().done || turn().then(work));
        return work().then(() => message(`Async echo: ${content}`));
      })
      .rpc(serverStreaming, ({ topic, maxMessages }, { signal }) => {
        if (topic === '') throw bad('topic');
        if (maxMessages < 0) throw bad('max_messages');
        const items = Readable.from(world.source.open(topic, { signal }));
        return items.take(maxMessages || 5, { signal }).map(({ index }) => message(`Async message ${index}`));
      })
      .rpc(clientStreaming, async (requests) => {
        const kept: string[] = [];
        for await (const { sender, content } of requests) {
          await world.store.put(`${sender}/${content}`, content);
          kept.push(content);
        }
        const status = `Processed ${kept.length} messages, total length: ${kept.join('').length}`;
        return { messagesProcessed: kept.length, status };
      })
      .rpc(bidirectionalStreaming, (requests, { signal, timeoutMs }) => {
        const echoes = createWritableIterable<Message>();
        const echo = async () => {
          for await (const { content } of requests) {
            const answer = await upstream.unaryCall({ content }, { signal, timeoutMs: timeoutMs() });
            await echoes.write(message(`Async echo: ${answer.content}`));
          }
        };
        echo()
          .catch(() => {})
          .finally(() => echoes.close());
        return echoes;
      });
}

function bad(field: string): ConnectError {
  return new ConnectError(`${field} is not acceptable`, Code.InvalidArgument, undefined, [
    { desc: BadRequestSchema, value: { fieldViolations: [{ field, description: 'not acceptable' }] } },
  ]);
}
