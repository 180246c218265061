import { once } from 'node:events';
import { status } from '@grpc/grpc-js';
import { slowWorld } from '@streamlings/grading/suite';
import type { World } from '@streamlings/grading/world';
import {
  type Handlers,
  handlers,
  refuse,
  SILENCE_LIMIT_MS,
  sourceStatus,
  summary,
  toStatus,
} from './right.ts';
import type { Broken, HandlersSubject } from './subjects.ts';

export const right: HandlersSubject = { handlers };
export const slow: HandlersSubject = { handlers: (world) => handlers(slowWorld(world)) };

function broken(
  name: string,
  breaks: string,
  hint: string,
  make: (world: World) => Partial<Handlers>,
): Broken<HandlersSubject> {
  return { name, breaks, hint, subject: { handlers: (world) => ({ ...handlers(world), ...make(world) }) } };
}

const message = (topic: string, index: number, world: World) => ({
  content: `Message ${index} for topic ${topic}`,
  timestamp: BigInt(world.clock.now()),
  sender: 'server',
});

/** Servers that each break one promise of a stream. */
export const servers: Broken<HandlersSubject>[] = [
  broken(
    'nothing',
    'ends each server stream with OK and without a message',
    'How many messages does a test of yours expect, and what do they say?',
    () => ({ serverStreaming: (call) => void call.end() }),
  ),
  broken(
    'no end',
    'sends all messages and never ends the stream',
    'Messages are not the whole of a stream. Which of your tests waits for its status?',
    (world) => ({
      serverStreaming: (call) => {
        const end = call.end;
        const emit = call.emit.bind(call);
        call.end = () => call;
        call.emit = ((event: string, ...args: unknown[]) => {
          // A call that fails is ended by its error, and that is as it should be.
          if (event === 'error') call.end = end;
          return emit(event, ...args);
        }) as typeof call.emit;
        return handlers(world).serverStreaming(call);
      },
    }),
  ),
  broken(
    'collector',
    'sends the first message when it has the last',
    'Suppose the source has one item now and the next one tomorrow. What does the client have tonight?',
    (world) => ({
      serverStreaming: async (call) => {
        const { topic, maxMessages } = call.request;
        if (topic === '' || maxMessages < 0) return void call.emit('error', refuse('wrong'));
        const over = new AbortController();
        call.on('cancelled', () => over.abort());
        const limit = maxMessages || 10;
        const collected = [];
        try {
          for await (const { index } of world.source.open(topic, { signal: over.signal })) {
            if (collected.push(message(topic, index, world)) === limit) break;
          }
        } catch (error) {
          if (!over.signal.aborted) call.emit('error', sourceStatus(error));
          return;
        }
        for (const each of collected) {
          if (over.signal.aborted) return;
          if (!call.write(each)) await once(call, 'drain', { signal: over.signal }).catch(() => {});
        }
        call.end();
      },
    }),
  ),
  broken(
    'half a list',
    'ends with OK when its source breaks',
    'A list that stops in the middle can look complete. What tells them apart, and when does a test of yours make it stop?',
    (world) => ({
      serverStreaming: (call) => {
        const emit = call.emit.bind(call);
        let sent = 0;
        const write = call.write.bind(call);
        call.write = ((...args: Parameters<typeof write>) => {
          sent++;
          return write(...args);
        }) as typeof call.write;
        call.emit = ((event: string, ...args: unknown[]) => {
          if (event !== 'error' || sent === 0) return emit(event, ...args);
          call.end();
          return true;
        }) as typeof call.emit;
        return handlers(world).serverStreaming(call);
      },
    }),
  ),
  broken(
    'one excuse',
    'answers every failure of its source with INTERNAL',
    'A topic that does not exist and a source that is broken have codes of their own. Which of the two does a test of yours ask for?',
    (world) => ({
      serverStreaming: (call) => {
        const source = {
          async *open(...args: Parameters<World['source']['open']>) {
            try {
              yield* world.source.open(...args);
            } catch (cause) {
              throw new Error('the source is broken', { cause });
            }
          },
        };
        return handlers({ ...world, source }).serverStreaming(call);
      },
    }),
  ),
  broken(
    'haunted',
    'keeps its source open when the client leaves while it waits',
    'The client is gone. Who else can tell you what the server still does?',
    (world) => ({
      serverStreaming: (call) => {
        const source = { open: (topic: string) => world.source.open(topic) };
        return handlers({ ...world, source }).serverStreaming(call);
      },
    }),
  ),
  broken(
    'one total',
    'adds all uploads of its life up',
    'One upload on a new server cannot show this. What is the smallest test that can?',
    (world) => {
      let count = 0;
      let length = 0;
      return {
        clientStreaming: (call, callback) =>
          handlers(world).clientStreaming(call, (error, answer) => {
            if (error || !answer) return callback(error, answer);
            count += answer.messagesProcessed ?? 0;
            length += Number(/\d+$/.exec(answer.status ?? '')?.[0]);
            callback(null, summary(count, length));
          }),
      };
    },
  ),
  broken(
    'deaf',
    'answers when it has heard everything',
    'Your client says something and keeps the stream open. What should it hear before it goes on?',
    (world) => ({
      bidirectionalStreaming: (call) => {
        const replies: unknown[] = [];
        const write = call.write.bind(call) as (reply: unknown) => boolean;
        const end = call.end.bind(call);
        call.write = ((reply: unknown) => replies.push(reply) > 0) as typeof call.write;
        call.end = (() => {
          for (const reply of replies) write(reply);
          return end();
        }) as typeof call.end;
        return handlers(world).bidirectionalStreaming(call);
      },
    }),
  ),
  broken(
    'overtaker',
    'works on all messages at once, and the fast ones overtake',
    'Two messages, and the work on the first takes longer. In which order do their echoes come?',
    (world) => ({
      bidirectionalStreaming: (call) => {
        let pending = 0;
        let messages = 0;
        let isOver = false;
        const finish = () => isOver && pending === 0 && call.end();
        call.on('data', async ({ sender, content }) => {
          pending++;
          // The first message finds everything cold.
          const turns = messages++ === 0 ? 20 : 0;
          for (let turn = 0; turn < turns; turn++) await new Promise((go) => setImmediate(go));
          try {
            await world.store.put(`${sender}/${content}`, content);
            call.write({ content: `Echo: ${content}`, sender: 'server' });
          } catch (error) {
            call.emit('error', toStatus(error));
          }
          pending--;
          finish();
        });
        call.on('end', () => {
          isOver = true;
          finish();
        });
        const silence = setTimeout(
          () => call.emit('error', { code: status.DEADLINE_EXCEEDED, details: 'silence' }),
          SILENCE_LIMIT_MS,
        );
        call.on('data', () => silence.refresh());
        call.on('cancelled', () => clearTimeout(silence));
      },
    }),
  ),
  broken(
    'patient',
    'waits for a silent client for ever',
    'Thirty seconds are long for a test and nothing for a clock that you move. Which functions of the runtime may be replaced, and which does the network need?',
    (world) => ({
      bidirectionalStreaming: async (call) => {
        try {
          for await (const { sender, content } of call.iterator({ destroyOnReturn: false })) {
            await world.store.put(`${sender}/${content}`, content);
            call.write({ content: `Echo: ${content}`, sender: 'server' });
          }
          call.end();
        } catch (error) {
          call.emit('error', toStatus(error));
        }
      },
    }),
  ),
  broken(
    'blames others',
    'gives up on a silent client with CANCELLED',
    'The call ends after thirty seconds. With which status, and which of your tests would notice another?',
    (world) => ({
      bidirectionalStreaming: (call) => {
        const emit = call.emit.bind(call);
        call.emit = ((event: string, ...args: { code?: status }[]) => {
          const isDeadline = event === 'error' && args[0]?.code === status.DEADLINE_EXCEEDED;
          return isDeadline
            ? emit(event, { code: status.CANCELLED, details: 'you said nothing' })
            : emit(event, ...args);
        }) as typeof call.emit;
        return handlers(world).bidirectionalStreaming(call);
      },
    }),
  ),
  broken(
    'stopwatch',
    'gives each conversation thirty seconds in all',
    'A talkative client and a silent one are different. Does a test of yours speak after twenty seconds, and look again after forty?',
    (world) => ({
      bidirectionalStreaming: async (call) => {
        const limit = setTimeout(() => {
          call.pause();
          call.emit('error', { code: status.DEADLINE_EXCEEDED, details: 'time is up' });
        }, SILENCE_LIMIT_MS);
        call.on('cancelled', () => clearTimeout(limit));
        try {
          for await (const { sender, content } of call.iterator({ destroyOnReturn: false })) {
            await world.store.put(`${sender}/${content}`, content);
            call.write({ content: `Echo: ${content}`, sender: 'server' });
          }
          call.end();
        } catch (error) {
          call.emit('error', toStatus(error));
        } finally {
          clearTimeout(limit);
        }
      },
    }),
  ),
];
