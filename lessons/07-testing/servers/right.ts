import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading/world';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

export type Handlers = ServiceHandlers<typeof StreamingService>;

/** How long a client may be silent in `BidirectionalStreaming`. */
export const SILENCE_LIMIT_MS = 30_000;

const DEFAULT_MESSAGES = 10;

/** The four methods as lessons 01 to 05 ended with them. */
export function handlers(world: World): Handlers {
  return {
    unaryCall: async (call, callback) => {
      const { sender, content, ttlSeconds } = call.request;
      if (content === '' || sender === '') return callback(refuse('content and sender must not be empty'));
      try {
        if (ttlSeconds !== 0) await world.store.put(`${sender}/${content}`, content);
        callback(null, {
          content: `Echo: ${content}`,
          sender: 'server',
          timestamp: BigInt(world.clock.now()),
        });
      } catch (error) {
        callback(toStatus(error));
      }
    },

    serverStreaming: async (call) => {
      const { topic, maxMessages } = call.request;
      if (topic === '' || maxMessages < 0)
        return void call.emit('error', refuse('no topic, or a negative limit'));
      const limit = maxMessages || DEFAULT_MESSAGES;
      const over = new AbortController();
      call.on('cancelled', () => over.abort());
      try {
        for await (const { index } of world.source.open(topic, { signal: over.signal })) {
          const content = `Message ${index} for topic ${topic}`;
          const isRoom = call.write({ content, timestamp: BigInt(world.clock.now()), sender: 'server' });
          if (index === limit) break;
          if (!isRoom) await once(call, 'drain', { signal: over.signal });
        }
        call.end();
      } catch (error) {
        if (!over.signal.aborted) call.emit('error', sourceStatus(error));
      }
    },

    clientStreaming: async (call, callback) => {
      let messagesProcessed = 0;
      let length = 0;
      try {
        for await (const { content, sender } of call) {
          await world.store.put(`${sender}/${content}`, content);
          messagesProcessed++;
          length += content.length;
        }
        callback(null, summary(messagesProcessed, length));
      } catch (error) {
        callback(toStatus(error));
      }
    },

    bidirectionalStreaming: async (call) => {
      const giveUp = () => {
        call.pause();
        call.emit('error', { code: status.DEADLINE_EXCEEDED, details: 'nothing came for 30 seconds' });
      };
      let silence = setTimeout(giveUp, SILENCE_LIMIT_MS);
      call.on('cancelled', () => clearTimeout(silence));
      try {
        for await (const { sender, content } of call.iterator({ destroyOnReturn: false })) {
          clearTimeout(silence);
          silence = setTimeout(giveUp, SILENCE_LIMIT_MS);
          await world.store.put(`${sender}/${content}`, content);
          call.write({ content: `Echo: ${content}`, sender: 'server' });
        }
        call.end();
      } catch (error) {
        call.emit('error', toStatus(error));
      } finally {
        clearTimeout(silence);
      }
    },
  };
}

/** What the client is told of a wrong request. */
export function refuse(details: string) {
  return { code: status.INVALID_ARGUMENT, details };
}

/** The answer of an upload. */
export function summary(messagesProcessed: number, length: number) {
  return { messagesProcessed, status: `Processed ${messagesProcessed} messages, total length: ${length}` };
}

/** Maps a failure of the source; the text is the server's own. */
export function sourceStatus(error: unknown): { code: status; details: string } {
  return (error as NodeJS.ErrnoException).code === 'ENOENT'
    ? { code: status.NOT_FOUND, details: 'there is no such topic' }
    : { code: status.INTERNAL, details: 'the source is broken' };
}

/** Maps a failure of the store; the text is the server's own. */
export function toStatus(error: unknown): { code: status; details: string } {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EEXIST':
      return { code: status.ALREADY_EXISTS, details: 'this message is kept already' };
    case 'EDQUOT':
      return { code: status.RESOURCE_EXHAUSTED, details: 'there is no room for more messages' };
    default:
      return { code: status.INTERNAL, details: 'the store is broken' };
  }
}
