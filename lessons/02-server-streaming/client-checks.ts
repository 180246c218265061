import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load } from '@streamlings/grading';
import type { ResponseInit, ServiceHandler } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise, Wanted } from './checks.ts';

/** Declares the checks of `src/client.ts`. */
export function clientChecks(load: Load<Exercise>['client']): void {
  const wanted: Wanted = { topic: 'news', maxMessages: 5 };
  const message = (number: number): ResponseInit<typeof StreamingService, 'serverStreaming'> => ({
    content: `Message ${number} for topic news`,
    sender: 'server',
    timestamp: BigInt(number),
  });
  type Call = Parameters<ServiceHandler<typeof StreamingService, 'serverStreaming'>>[0];
  const serveCalls = ({ serve }: CheckContext, handle: (call: Call) => void) =>
    serve(StreamingService, { serverStreaming: handle });
  const write = (call: Call, count: number) => {
    for (let number = 1; number <= count; number++) call.write(message(number));
  };
  const fail = (call: Call) => call.emit('error', { code: status.NOT_FOUND, details: 'no such topic' });
  const contents = (messages: Message[]) => messages.map(({ content }) => content);
  const expected = (count: number) =>
    contents(Array.from({ length: count }, (_, at) => message(at + 1) as Message));

  check(
    'reads every message of a stream that ends with OK',
    {
      hints: {
        'L2-10':
          'The server has sent everything, OK included, and your promise waits. A stream that nobody reads never gets to its `end` or its `status`. Who reads yours?',
      },
      otherwise:
        'The server sends five messages and OK. What does `readAll` do with each of them, and when does it resolve?',
    },
    async (context) => {
      const { readAll } = await load();
      const server = await serveCalls(context, (call) => {
        write(call, 5);
        call.end();
      });
      context.diagnose({ 'L2-10': ({ symptom }) => symptom === 'client never settled' });
      const messages = await readAll(server.address, wanted);
      expect(contents(messages), 'messages that `readAll` resolved with').toEqual(expected(5));
    },
  );

  check(
    'rejects with the status when the stream fails, and never crashes',
    {
      hints: {
        'L2-04':
          'The status reached your process as an `error` event that nobody listened to, and Node ends a process for that. Who, in your way of reading, gets the bad news?',
        'L2-10':
          'The stream failed and the promise was resolved all the same. `end` says that there is nothing more to read, whichever way the call went. Where does it say how it went?',
      },
      otherwise:
        'The server sends NOT_FOUND, once after two messages and once at once. What does the caller of your functions get?',
    },
    async (context) => {
      const { readAll, take, watch } = await load();
      let count = 2;
      const server = await serveCalls(context, (call) => {
        write(call, count);
        fail(call);
      });
      let resolved = false;
      context.diagnose({
        'L2-04': ({ crash }) => crash !== undefined,
        'L2-10': () => resolved && server.calls.length > 0,
      });
      for (const [name, start] of [
        ['readAll', () => readAll(server.address, wanted)],
        ['take(3)', () => take(server.address, wanted, 3)],
        ['watch', () => watch(server.address, wanted, 30_000, context.world, () => {})],
      ] as const) {
        for (count of [2, 0]) {
          const error = await start().then(
            () => undefined,
            (reason: { code?: unknown }) => reason,
          );
          resolved = error === undefined;
          const label = `code that \`${name}\` rejected with after ${count} messages and NOT_FOUND`;
          expect(error?.code, label).toBe(status.NOT_FOUND);
        }
      }
    },
  );

  check(
    'takes the first messages and cancels the call',
    {
      hints: {
        'L2-04':
          'The cancel that you asked for comes back to you as an `error` event with the status CANCELLED. Who is still listening at that moment?',
        'L2-05':
          '`take` has its messages, but the server has heard nothing: leaving a loop, destroying the stream or closing the client stops the reading, not the call. What tells the other side?',
      },
      otherwise:
        'The server sends five messages and then waits for ever. Which of them does `take` resolve with?',
    },
    async (context) => {
      const { take } = await load();
      let ends = false;
      const server = await serveCalls(context, (call) => {
        write(call, ends ? 2 : 5);
        if (ends) call.end();
      });
      let taken: Message[] | undefined;
      context.diagnose({
        'L2-04': ({ crash }) => crash !== undefined,
        'L2-05': () => taken?.length === 3 && server.calls[0]?.cancelled === false,
      });
      taken = await take(server.address, wanted, 3);
      expect(contents(taken), 'messages that `take(3)` resolved with').toEqual(expected(3));
      await server.calls[0]?.whenCancelled;
      ends = true;
      const all = await take(server.address, wanted, 3);
      expect(contents(all), 'messages that `take(3)` resolved with from a stream of 2').toEqual(expected(2));
    },
  );

  check(
    'hands over each message of a live stream as it arrives',
    {
      hints: {
        'L2-06':
          'The server has sent a message and sends the next one when you have seen it. What does `watch` wait for before it calls `onMessage`?',
      },
      otherwise:
        'The server sends three messages, one at a time, and then OK. What does `watch` tell its caller, and when?',
    },
    async (context) => {
      const { watch } = await load();
      const server = await serveCalls(context, () => {});
      const seen = new Arrivals();
      context.diagnose({ 'L2-06': () => (server.calls[0]?.writes ?? 0) > seen.messages.length });
      const watching = watch(server.address, wanted, 30_000, context.world, seen.add);
      await Promise.race([server.call(1), watching]);
      expect(server.calls.length, 'calls that `watch` started').toBe(1);
      const call = server.calls[0]?.call as Call;
      for (const number of [1, 2, 3]) {
        call.write(message(number));
        await Promise.race([seen.count(number), watching]);
        expect(contents(seen.messages), `messages handed over after message ${number}`).toEqual(
          expected(number),
        );
      }
      call.end();
      expect(await watching, 'what `watch` resolved with').toBe('ended');
      expect(context.controls.clock.pending, 'sleeps and intervals still running after the end').toBe(0);
    },
  );

  check(
    'follows a live stream without a deadline, and leaves when it falls silent',
    {
      hints: {
        'L2-05':
          '`watch` has left, and the server was not told: it will go on with its silence, and with what comes after. What ends a call from your side?',
        'L2-17':
          'The stream had to end although messages kept coming. A deadline, or a timer that is started once, covers the whole stream. What would have to happen at each message for the silence alone to count?',
      },
      otherwise:
        'The server sends nine messages, 20 s of `world.clock` apart, and then nothing; the idle timeout is 30 s. Which of your timers notices, and what does it do to the call?',
    },
    async (context) => {
      const { world, controls, diagnose } = context;
      const { watch } = await load();
      const server = await serveCalls(context, () => {});
      const seen = new Arrivals();
      let resolved: string | undefined;
      diagnose({
        'L2-05': () => resolved === 'idle' && server.calls[0]?.cancelled === false,
        'L2-17': () =>
          Number.isFinite(server.calls[0]?.deadlineMs) ||
          (seen.messages.length < 9 && server.calls[0]?.cancelled === true),
      });
      const watching = watch(server.address, wanted, 30_000, world, seen.add);
      await Promise.race([server.call(1), watching]);
      expect(server.calls.length, 'calls that `watch` started').toBe(1);
      expect(server.calls[0]?.deadlineMs, 'deadline of a call that may live for days').toBe(Infinity);
      const call = server.calls[0]?.call as Call;
      for (let number = 1; number <= 9; number++) {
        call.write(message(number));
        await Promise.race([seen.count(number), watching]);
        expect(seen.messages.length, 'messages handed over, each 20 s after the one before').toBe(number);
        await server.barrier(5);
        await controls.clock.advance(20_000);
        await server.barrier(5);
      }
      await controls.clock.advance(40_000);
      resolved = await watching;
      expect(resolved, 'what `watch` resolved with after 60 s of silence').toBe('idle');
      await server.calls[0]?.whenCancelled;
      expect(controls.clock.pending, 'sleeps and intervals still running').toBe(0);
    },
  );

  check(
    'closes its connection, whichever way the call ended',
    {
      hints: {
        'L1-15':
          'A connection is still open after the function is done. A client keeps its channel until it is closed. On which ways out of your function does that happen?',
      },
      otherwise:
        'Look at each way out of your functions: the last message, the bad status, the cancel. What is still open after it?',
    },
    async (context) => {
      const { readAll, take, watch } = await load();
      const server = await serveCalls(context, (call) => {
        write(call, 3);
        if (call.request.topic === 'broken') fail(call);
        else call.end();
      });
      context.diagnose({ 'L1-15': () => server.connections.open > 0 });
      const messages = await readAll(server.address, wanted);
      expect(messages.length, 'messages that `readAll` resolved with').toBe(3);
      await server.connections.allClosed();
      await expect(readAll(server.address, { ...wanted, topic: 'broken' })).rejects.toThrow();
      await server.connections.allClosed();
      await take(server.address, wanted, 2);
      await server.connections.allClosed();
      await watch(server.address, wanted, 30_000, context.world, () => {});
      await server.connections.allClosed();
    },
  );
}

/** Counts what `watch` hands over. */
class Arrivals {
  readonly messages: Message[] = [];
  #waiter: { count: number; resolve: () => void } | undefined;

  readonly add = (message: Message): void => {
    this.messages.push(message);
    if (this.messages.length === this.#waiter?.count) this.#waiter.resolve();
  };

  /** Resolves once `count` messages were handed over. */
  count(count: number): Promise<void> {
    if (this.messages.length >= count) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiter = { count, resolve };
    return promise;
  }
}
