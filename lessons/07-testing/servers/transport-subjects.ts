import type { MessageInitShape } from '@bufbuild/protobuf';
import { Code, ConnectError } from '@connectrpc/connect';
import { readAheadWorld, slowWorld } from '@streamlings/grading/suite';
import type { World } from '@streamlings/grading/world';
import type { MessageSchema } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { summary } from './right.ts';
import { createRoutes, END, type Methods, methods, sum } from './right-routes.ts';
import type { Broken, RoutesSubject } from './subjects.ts';

export const right: RoutesSubject = { routes: createRoutes(methods) };
export const slow: RoutesSubject = { routes: createRoutes((world) => methods(slowWorld(world))) };
export const other: RoutesSubject = { routes: createRoutes((world) => methods(readAheadWorld(world))) };

type Make = (world: World) => Partial<Methods>;

function broken(name: string, breaks: string, hint: string, make: Make): Broken<RoutesSubject> {
  const routes = createRoutes((world) => ({ ...methods(world), ...make(world) }));
  return { name, breaks, hint, subject: { routes } };
}

type MessageInit = MessageInitShape<typeof MessageSchema>;
type ServerStreaming = Methods['serverStreaming'];

/** Calls the right method. */
const stream = (world: World, ...args: Parameters<ServerStreaming>) =>
  methods(world).serverStreaming(...args);

/** Broken servers of which memory shows enough. */
export const logic: Broken<RoutesSubject>[] = [
  broken(
    'nothing',
    'ends each server stream with OK and without a message',
    'How many messages does a test of yours expect, and what do they say?',
    () => ({ async *serverStreaming() {} }),
  ),
  broken(
    'misquotes',
    'answers a unary call with its bare content',
    'An echo has come. What does a test of yours demand of it besides?',
    (world) => ({
      async unaryCall(request, context) {
        return { ...(await methods(world).unaryCall(request, context)), content: request.content };
      },
    }),
  ),
  broken(
    'plain error',
    'throws an Error where a request is wrong',
    'Which code does a client get for a bad request, and which one for an accident?',
    (world) => ({
      async unaryCall(request, context) {
        if (request.content === '') throw new Error('content must not be empty');
        return methods(world).unaryCall(request, context);
      },
    }),
  ),
  broken(
    'one more',
    'sends six messages where five were not asked for',
    'The contract has a number for requests without one. Which of your tests leaves it out?',
    (world) => ({
      serverStreaming: (request, context) =>
        stream(world, { ...request, maxMessages: request.maxMessages || 6 }, context),
    }),
  ),
  broken(
    'rephrases',
    'words the messages of a stream differently',
    'A message has come. Does a test of yours read it?',
    (world) => ({
      async *serverStreaming(...args) {
        for await (const message of stream(world, ...args)) {
          yield { ...message, content: (message.content ?? '').replace('about', 'on') };
        }
      },
    }),
  ),
  broken(
    'collector',
    'sends the first message when it has the last',
    'Suppose the source has one item now and the next one tomorrow. What does the client have tonight?',
    (world) => ({
      async *serverStreaming(...args) {
        yield* await Array.fromAsync(stream(world, ...args));
      },
    }),
  ),
  broken(
    'haunted',
    'keeps its source open when the client leaves while it waits',
    'The client is gone. Who else can tell you what the server still does?',
    (world) => ({
      serverStreaming: (...args) => {
        const source = { open: (topic: string) => world.source.open(topic) };
        return stream({ ...world, source }, ...args);
      },
    }),
  ),
  broken(
    'flood',
    'empties its source whether or not anybody reads',
    'A client reads one message and then nothing. How far may the source have been emptied by then: where is a bound that every right server keeps?',
    (world) => ({
      async *serverStreaming(...args) {
        const ready: MessageInit[] = [];
        let isOver = false;
        let failure: unknown;
        let wake = () => {};
        const pump = async () => {
          for await (const message of stream(world, ...args)) {
            ready.push(message);
            wake();
          }
        };
        pump()
          .catch((error: unknown) => {
            failure = error;
          })
          .finally(() => {
            isOver = true;
            wake();
          });
        for (;;) {
          for (let next = ready.shift(); next; next = ready.shift()) yield next;
          if (failure !== undefined) throw failure;
          if (isOver) return;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      },
    }),
  ),
  broken(
    'credulous',
    'takes an upload without END for a complete one',
    'An upload can end in two ways that look alike. What must the store hold after the one that is not complete?',
    (world) => ({
      clientStreaming: (requests, context) =>
        methods(world).clientStreaming(
          (async function* () {
            yield* requests;
            yield { content: END, sender: '' } as never;
          })(),
          context,
        ),
    }),
  ),
  broken(
    'mumbles',
    'ends an upload without END with INTERNAL',
    'What does the contract call an upload that breaks off, and which of your tests knows the word?',
    (world) => ({
      async clientStreaming(requests, context) {
        try {
          return await methods(world).clientStreaming(requests, context);
        } catch (cause) {
          throw new ConnectError('the upload has failed', Code.Internal, undefined, undefined, cause);
        }
      },
    }),
  ),
  broken(
    'overcounts',
    'counts the END of an upload as a message',
    'The store holds what it should. What has the client been told?',
    (world) => ({
      async clientStreaming(requests, context) {
        const { messagesProcessed = 0, status } = await methods(world).clientStreaming(requests, context);
        return summary(messagesProcessed + 1, Number(/\d+$/.exec(status ?? '')?.[0]));
      },
    }),
  ),
];

/** Broken servers that look right as long as nothing but memory is between them and their client. */
export const wire: Broken<RoutesSubject>[] = [
  broken(
    'log in trailer',
    'sends its log of 100 KB as a trailer of each server stream',
    'HTTP/2 has limits for what it carries beside the messages. Over which of your transports does HTTP/2 run?',
    (world) => ({
      serverStreaming: (request, context) => {
        context.responseTrailer.set('x-log', 'sent a message; '.repeat(6400));
        return stream(world, request, context);
      },
    }),
  ),
  broken(
    'reads goodbyes',
    'keeps an upload whose client has vanished',
    'In memory the loop of the handler is torn down with its client. What does the handler see when a connection carries the same news, and what does the store hold then?',
    (world) => ({
      async clientStreaming(requests, { signal }) {
        const kept: Array<[string, string]> = [];
        let isComplete = false;
        for await (const { content, sender } of requests) {
          if (content === END) isComplete = true;
          else kept.push([`${sender}/${content}`, content]);
        }
        // Asked right here, the signal knows of a departure in memory. On the wire it hears of it a moment later.
        if (!isComplete && (signal.aborted || !(await isAbortedSoon(signal)))) {
          return methods(world).clientStreaming((async function* () {})(), {} as never);
        }
        for (const [key, value] of kept) await world.store.put(key, value);
        return sum(kept);
      },
    }),
  ),
];

export const servers: Broken<RoutesSubject>[] = [...logic, ...wire];

async function isAbortedSoon(signal: AbortSignal): Promise<boolean> {
  for (let turn = 0; turn < 50 && !signal.aborted; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  return signal.aborted;
}
