import { status } from '@grpc/grpc-js';
import { slowWorld } from '@streamlings/grading/suite';
import type { World } from '@streamlings/grading/world';
import { type Handlers, handlers, refuse, toStatus } from './right.ts';
import type { Broken, HandlersSubject } from './subjects.ts';

export const right: HandlersSubject = { handlers };
export const slow: HandlersSubject = { handlers: (world) => handlers(slowWorld(world)) };

type Unary = Handlers['unaryCall'];

function broken(name: string, breaks: string, hint: string, make: (world: World) => Unary) {
  const subject = { handlers: (world: World) => ({ ...handlers(world), unaryCall: make(world) }) };
  return { name, breaks, hint, subject };
}

const reply = (content: string, world: World) => ({
  content: `Echo: ${content}`,
  sender: 'server',
  timestamp: BigInt(world.clock.now()),
});

/** Handlers that each break one promise of `UnaryCall`. */
export const servers: Broken<HandlersSubject>[] = [
  broken(
    'says nothing',
    'answers with an empty message',
    'Which fields does the contract promise, and which of them does a test of yours look at?',
    (world) => (call, callback) =>
      handlers(world).unaryCall(call, (error) => callback(error, error ? undefined : {})),
  ),
  broken(
    'returns its reply',
    'never calls back',
    'Does one of your tests wait for the answer itself, or only for the handler to return?',
    (world) =>
      ((call) =>
        new Promise((resolve) => {
          handlers(world).unaryCall(call, (_error, message) => resolve(message));
        })) as Unary,
  ),
  broken(
    'seconds',
    'sends a timestamp in seconds',
    'The World has a clock. What does it show, and what should the answer?',
    (world) => (call, callback) =>
      handlers(world).unaryCall(call, (error, message) =>
        callback(error, message && { ...message, timestamp: BigInt(Math.round(world.clock.now() / 1000)) }),
      ),
  ),
  broken(
    'forgets',
    'answers and keeps nothing',
    'The answer is one half of the contract. Where does the other half show?',
    (world) => (call, callback) => {
      const store = { ...world.store, put: async () => {} };
      return handlers({ ...world, store }).unaryCall(call, callback);
    },
  ),
  broken(
    'hurries',
    'answers when the store takes long, kept or not',
    'What may a client believe when it has the answer? Can you hold the store while you look?',
    (world) => (call, callback) => {
      const { put } = world.store;
      const store = { ...world.store, put: (key: string, value: string) => hurry(put(key, value)) };
      return handlers({ ...world, store }).unaryCall(call, callback);
    },
  ),
  broken(
    'hoards',
    'keeps a message whose ttl_seconds is 0',
    'The contract says what 0 means, and what it means that nothing is set. Do your requests have both?',
    (world) => (call, callback) =>
      handlers(world).unaryCall(
        Object.assign(Object.create(call), { request: { ...call.request, ttlSeconds: undefined } }),
        callback,
      ),
  ),
  broken(
    'goes on',
    'refuses a message and works with it all the same',
    'The status of a refused request is right here. What else should not have happened?',
    (world) => async (call, callback) => {
      const { sender, content } = call.request;
      if (sender !== '' && content !== '') return handlers(world).unaryCall(call, callback);
      callback(refuse('content and sender must not be empty'));
      await world.store.put(`${sender}/${content}`, content);
    },
  ),
  broken(
    'polite',
    'answers a message without sender with OK',
    'The contract names two fields that must not be empty. Does each of them have a test?',
    (world) => (call, callback) =>
      call.request.sender === '' && call.request.content !== ''
        ? callback(null, { ...reply(call.request.content, world), content: 'ERROR: no sender' })
        : handlers(world).unaryCall(call, callback),
  ),
  broken(
    'wordless',
    'echoes a message without content',
    'Which field do your bad requests leave out, and is the other one there?',
    (world) => (call, callback) =>
      call.request.content === '' && call.request.sender !== ''
        ? callback(null, reply('', world))
        : handlers(world).unaryCall(call, callback),
  ),
  broken(
    'internal',
    'answers every failure of the store with INTERNAL',
    'A key that is taken and a store that is full have codes of their own. Where do your tests get such a store?',
    (world) => (call, callback) =>
      handlers(world).unaryCall(call, (error, message) => {
        const own = error?.code === status.INVALID_ARGUMENT || !error;
        callback(own ? error : { code: status.INTERNAL, details: 'failed' }, message);
      }),
  ),
  broken(
    'tells all',
    "tells the client the store's own words",
    'A store may fail with any text. Where should that text not appear?',
    (world) =>
      async ({ request: { sender, content, ttlSeconds } }, callback) => {
        if (content === '' || sender === '') return callback(refuse('empty'));
        try {
          if (ttlSeconds !== 0) await world.store.put(`${sender}/${content}`, content);
          callback(null, reply(content, world));
        } catch (error) {
          callback({ code: toStatus(error).code, details: (error as Error).message });
        }
      },
  ),
  broken(
    'trusts',
    'has no catch for a store that fails',
    'What does the client hear when the store throws something that nobody has planned for?',
    (world) =>
      async ({ request: { sender, content, ttlSeconds } }, callback) => {
        if (content === '' || sender === '') return callback(refuse('empty'));
        if (ttlSeconds !== 0) await world.store.put(`${sender}/${content}`, content);
        callback(null, reply(content, world));
      },
  ),
];

/** Waits for work for some turns of the event loop, and no longer. */
async function hurry(work: Promise<void>): Promise<void> {
  let isOver = false;
  const done = work.finally(() => {
    isOver = true;
  });
  done.catch(() => {});
  for (let turn = 0; turn < 20 && !isOver; turn++) await new Promise((resolve) => setImmediate(resolve));
  if (isOver) await done;
}
