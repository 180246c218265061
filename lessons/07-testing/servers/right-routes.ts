import { Code, ConnectError, type ConnectRouter, type ServiceImpl } from '@connectrpc/connect';
import { noteText } from '@streamlings/grading/suite';
import type { World } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { summary } from './right.ts';

export type Methods = ServiceImpl<typeof StreamingService>;

/** The content of the message that makes an upload complete. */
export const END = 'END';

const sender = 'async-server';
const DEFAULT_MESSAGES = 5;

/** Routes that answer with the methods that `make` makes for a World. */
export function createRoutes(make: (world: World) => Methods) {
  return (world: World) => (router: ConnectRouter) => router.service(StreamingService, make(world));
}

/** Four methods in the style of lesson 06; an upload counts from its END. */
export function methods(world: World): Methods {
  return {
    async unaryCall({ content }) {
      if (content === '') throw refuse('content must not be empty');
      return { content: `Async echo: ${content}`, sender };
    },

    async *serverStreaming({ topic, maxMessages }, { signal }) {
      noteText(topic);
      if (topic === '' || maxMessages < 0) throw refuse('no topic, or a negative limit');
      const limit = maxMessages || DEFAULT_MESSAGES;
      for await (const { index } of world.source.open(topic, { signal })) {
        yield { content: `Async message ${index} about ${topic}`, sender };
        if (index === limit) break;
      }
    },

    async clientStreaming(requests) {
      const kept: Array<[key: string, value: string]> = [];
      let isComplete = false;
      for await (const { content, sender } of requests) {
        if (content === END) isComplete = true;
        else kept.push([`${sender}/${content}`, content]);
      }
      if (!isComplete) throw new ConnectError('the upload has no END', Code.Aborted);
      for (const [key, value] of kept) await world.store.put(key, value);
      return sum(kept);
    },

    async *bidirectionalStreaming(requests) {
      for await (const { content } of requests) yield { content: `Async echo: ${content}`, sender };
    },
  };
}

/** What the client is told of a wrong request. */
export function refuse(text: string): ConnectError {
  return new ConnectError(text, Code.InvalidArgument);
}

/** The answer to an upload of these entries. */
export function sum(kept: ReadonlyArray<readonly [key: string, value: string]>) {
  return summary(
    kept.length,
    kept.reduce((length, [, value]) => length + value.length, 0),
  );
}
