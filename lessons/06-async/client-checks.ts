import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, type Served } from '@streamlings/grading';
import type { ServiceHandler, ServiceHandlers } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';

type Service = typeof StreamingService;
type StreamCall = Parameters<ServiceHandler<Service, 'serverStreaming'>>[0];
type BidiCall = Parameters<ServiceHandler<Service, 'bidirectionalStreaming'>>[0];

/** Declares the checks of `src/client.ts`. */
export function clientChecks(load: Load<Exercise>['client']): void {
  /** Serves the check's own handlers, and connects the learner's client to them. */
  const start = async (context: CheckContext, handlers: Partial<ServiceHandlers<Service>>) => {
    const exercise = await load();
    const server: Served<Service> = await context.serve(StreamingService, handlers);
    const dialed = exercise.dial(server.address);
    context.defer(() => dialed.close());
    return { ...exercise, server, dialed };
  };
  const write = (call: StreamCall, count: number) => {
    for (let number = 1; number <= count; number++) {
      call.write({ content: `Message ${number} about ${call.request.topic}` });
    }
  };
  const contents = (messages: readonly Message[]) => messages.map(({ content }) => content);
  const about = (topic: string, count: number) =>
    Array.from({ length: count }, (_, index) => `Message ${index + 1} about ${topic}`);
  const settle = <T>(promise: Promise<T>) =>
    promise.then(
      (value) => ({ value, error: undefined }),
      (error: { code?: unknown }) => ({ value: undefined, error }),
    );

  check(
    'speaks gRPC on one connection, and closes it',
    {
      hints: {
        'L4-13':
          'Your client failed and no call has reached the server: it is a grpc-js server, which speaks gRPC over HTTP/2 and nothing else. Which protocol does your transport speak, and over which version of HTTP?',
        'L1-15':
          'The calls did what they should; the connections did not. A transport keeps its connection for all calls to come, and a new transport opens a new one. How many do you make, and what closes them?',
      },
      otherwise:
        'A grpc-js server sends two messages and OK, three times, to the client that `dial` has made. What arrives there, and what is left when it is closed?',
    },
    async (context) => {
      const { dialed, server } = await start(context, {
        serverStreaming: (call) => {
          write(call, 2);
          call.end();
        },
      });
      let failed = false;
      context.diagnose({
        'L4-13': () => failed && server.calls.length === 0,
        'L1-15': () => server.calls.length > 0 && !failed,
      });
      for (const topic of ['news', 'weather', 'sport']) {
        const reading = Array.fromAsync(dialed.client.serverStreaming({ topic }));
        reading.catch(() => {
          failed = true;
        });
        expect(contents(await reading), 'messages that your client has read').toEqual(about(topic, 2));
      }
      expect(server.connections.opened, 'connections for three calls').toBe(1);
      dialed.close();
      await server.connections.allClosed();
    },
  );

  check(
    'takes the first messages and cancels the call',
    {
      hints: {
        'L2-05':
          '`take` has its messages, and the server has heard nothing: you have left the loop, and the call goes on without a reader. What did you give to the call when you made it, by which you can stop it?',
        'L6-06':
          'The server has sent everything, and you did not get it: a response begins with the call, waits for nobody, and can be read once. What happens in your function between the call and the loop that reads it? And how many loops are there?',
      },
      otherwise:
        'The server sends five messages and OK while the store is slow; then it sends five and stays in the call. What does `take` resolve with?',
    },
    async (context) => {
      const { controls, world, diagnose } = context;
      let ends = true;
      const { dialed, take, server } = await start(context, {
        serverStreaming: (call) => {
          write(call, 5);
          if (ends) call.end();
        },
      });
      const { signal } = new AbortController();
      let taken: Message[] | undefined;
      diagnose({
        'L2-05': () => !ends && taken?.length === 3,
        'L6-06': () => ends && server.calls.length > 0,
      });
      // The connection is there before the store is slow.
      await settle(dialed.client.unaryCall({}));
      const release = controls.store.hold();
      const held = take(dialed, 'news', 7, world, signal);
      held.catch(() => {});
      // Enough turns for a call that does not wait for the store to be answered, and to be over.
      await server.barrier(50);
      release();
      taken = await held;
      expect(contents(taken), 'messages that `take(7)` resolved with').toEqual(about('news', 5));
      expect([...controls.store.entries.keys()], 'keys in the store').toEqual(['news']);

      ends = false;
      taken = undefined;
      taken = await take(dialed, 'weather', 3, world, signal);
      expect(
        contents(taken),
        'messages that `take(3)` resolved with from a stream that does not end',
      ).toEqual(about('weather', 3));
      await server.calls.at(-1)?.whenCancelled;
    },
  );

  check(
    'takes the abort of its caller for an end, and no other error',
    {
      hints: {
        'L6-07':
          'CANCELLED came back. If your caller has aborted, that is the result of what was asked for; if not, it is a failure like any other, and a server can send it. The code is the same both times. Who knows which it is?',
      },
      otherwise:
        'The caller aborts after two messages; then a server answers with CANCELLED, and one with UNAVAILABLE. What does `take` do each time?',
    },
    async (context) => {
      const { world, diagnose } = context;
      let code: status | undefined;
      const { dialed, take, server } = await start(context, {
        serverStreaming: (call) => {
          if (code === undefined) write(call, 2);
          else call.emit('error', { code, details: 'not today' });
        },
      });
      let result: { value: Message[] | undefined; error: { code?: unknown } | undefined } | undefined;
      diagnose({
        'L6-07': () =>
          code === undefined ? result?.error?.code === status.CANCELLED : result?.value !== undefined,
      });
      const caller = new AbortController();
      const taking = settle(take(dialed, 'news', 3, world, caller.signal));
      await Promise.race([server.call(1), taking]);
      await server.barrier(10);
      caller.abort();
      result = await taking;
      expect(result.error?.code, 'code that `take` rejected with when its caller aborted').toBeUndefined();
      const received = contents(result.value ?? []);
      expect(about('news', 2).slice(0, received.length), 'messages that it resolved with').toEqual(received);
      await server.calls[0]?.whenCancelled;
      for (code of [status.CANCELLED, status.UNAVAILABLE]) {
        result = await settle(take(dialed, `news ${code}`, 3, world, new AbortController().signal));
        const label = `code that \`take\` rejected with when the server sent ${status[code]}`;
        expect(result.error?.code, label).toBe(code);
      }
    },
  );

  check(
    'gathers several streams at once, and no more than its limit',
    {
      hints: {
        'L6-04':
          'One call is under way, and it ends only when the second one has begun. A loop with an `await` in it does one thing after the other, with or without `async`. What has to be started before you wait for the first?',
      },
      otherwise:
        'Five topics, and a limit of two: a call that ends makes room for the next one. How many calls does the server see at a time, and in which order do you return the results?',
    },
    async (context) => {
      const open: StreamCall[] = [];
      const { dialed, gather, server } = await start(context, {
        serverStreaming: (call) => void open.push(call),
      });
      context.diagnose({ 'L6-04': ({ symptom }) => symptom !== undefined && server.calls.length === 1 });
      const topics = ['a', 'b', 'c', 'd', 'e'];
      const gathering = gather(dialed, topics, { limit: 2, timeoutMs: 60_000 });
      for (let begun = 2; begun <= 5; begun++) {
        await Promise.race([server.call(begun), gathering]);
        await server.barrier(20);
        expect(open.length, 'calls under way, with a limit of 2').toBe(2);
        // The later one first: the results must not depend on who is done when.
        const call = open.pop() as StreamCall;
        write(call, 1);
        call.end();
      }
      for (const call of open) {
        write(call, 1);
        call.end();
      }
      const results = await gathering;
      expect(results.map(contents), 'results, in the order of the topics').toEqual(
        topics.map((topic) => about(topic, 1)),
      );
    },
  );

  check(
    'cancels the others when one fails or the time is over',
    {
      hints: {
        'L6-03':
          '`gather` has rejected, and calls of it are still under way: a promise that is rejected stops nobody who works for another one. What do all your calls have in common, by which the first failure can stop them?',
        'L6-11':
          'Everything is over but a timer of yours: it keeps the process awake, and will cancel what nobody waits for. On which ways out of your function is it cleared?',
        'L1-08':
          'No call gets more time than `timeoutMs`, and all of them together take longer: a timeout given to a call counts from that call. When do the later ones begin, and how much of the time is left then?',
      },
      otherwise:
        'Four topics, a limit of three: the second call fails with NOT_FOUND. Then nobody answers for 100 ms. Then the first of two calls takes half of the time, and the second is never answered. What happens to the other calls, what does `gather` reject with, and when?',
    },
    async (context) => {
      const { leaks, diagnose } = context;
      const open: StreamCall[] = [];
      let isQueued = false;
      const { dialed, gather, server } = await start(context, {
        serverStreaming: (call) => {
          if (call.request.topic === 'slow') setTimeout(() => call.end(), 400);
          else open.push(call);
        },
      });
      diagnose({
        'L1-08': () => isQueued,
        'L6-03': () => server.calls.some(({ cancelled, errors }) => !cancelled && errors.length === 0),
        'L6-11': () => leaks.timers > 0,
      });
      const topics = ['a', 'b', 'c', 'd'];
      const gathering = settle(gather(dialed, topics, { limit: 3, timeoutMs: 60_000 }));
      await Promise.race([server.call(3), gathering]);
      open[1]?.emit('error', { code: status.NOT_FOUND, details: 'no such topic' });
      const { error } = await gathering;
      expect(error?.code, 'code that `gather` rejected with').toBe(status.NOT_FOUND);
      await Promise.all([server.calls[0]?.whenCancelled, server.calls[2]?.whenCancelled]);
      await server.barrier(20);
      expect(server.calls.length, 'calls begun when the fourth topic was still waiting').toBe(3);
      expect(leaks.timers, 'timers still running after the failure').toBe(0);

      const late = await settle(gather(dialed, ['e', 'f'], { limit: 2, timeoutMs: 100 }));
      expect(late.value, 'what `gather` resolved with when the time was over').toBeUndefined();
      await server.barrier(20);
      await Promise.all(server.calls.slice(3).map(({ whenCancelled }) => whenCancelled));
      expect(leaks.timers, 'timers still running when the time was over').toBe(0);

      isQueued = true;
      let isOver = false;
      const afterwards = Promise.withResolvers<void>();
      // Begins before the time of `gather` does, and in the same process: it cannot fire before a timer for 800 ms.
      setTimeout(afterwards.resolve, 1000);
      const queued = settle(gather(dialed, ['slow', 'g'], { limit: 1, timeoutMs: 800 })).then((result) => {
        isOver = true;
        return result;
      });
      await afterwards.promise;
      await server.barrier(5);
      expect(isOver, 'whether `gather` is over when it has had a second for 800 ms').toBe(true);
      expect((await queued).value, 'what `gather` resolved with').toBeUndefined();
    },
  );

  check(
    'talks both ways, and stops both when either ends',
    {
      hints: {
        'L6-14':
          'The call has arrived without a message, and both sides wait. A server sends its headers with its first message, and this one has nothing to say before you do. What does your sending wait for?',
        'L4-14':
          'One direction of the call is over, and the other is still being fed, or still being waited for. Two loops work for one call, and either may be the first to end. What do they share, by which one stops the other?',
      },
      otherwise:
        'The server echoes three items as they come; then one server ends the call early, one fails, and then the source fails. What is still running each time?',
    },
    async (context) => {
      const { controls, world, diagnose } = context;
      let handle = (call: BidiCall, { content }: Message): void => void call.write({ content });
      let onEnd = (call: BidiCall): void => void call.end();
      const { dialed, converse, server } = await start(context, {
        bidirectionalStreaming: (call) => {
          call.on('data', (message: Message) => handle(call, message));
          call.on('end', () => onEnd(call));
        },
      });
      diagnose({
        'L6-14': () =>
          server.calls.length > 0 && server.calls.every(({ messagesRead }) => messagesRead === 0),
        'L4-14': () => controls.source.open > 0 || server.calls.at(-1)?.cancelled === false,
      });
      controls.source.script({ items: 3 });
      const replies = await converse(dialed, 'news', world);
      expect(replies, 'replies to three items').toEqual([1, 2, 3].map((index) => `Item ${index} about news`));

      controls.source.script({ gated: true });
      controls.source.release();
      handle = (call) => call.end();
      expect(await converse(dialed, 'news', world), 'replies of a server that ends early').toEqual([]);
      await server.barrier(5);
      expect(controls.source.open, 'sources still open when the server has ended the call').toBe(0);

      handle = (call) => call.emit('error', { code: status.PERMISSION_DENIED, details: 'not you' });
      const { error } = await settle(converse(dialed, 'secrets', world));
      expect(error?.code, 'code that `converse` rejected with when the server failed').toBe(
        status.PERMISSION_DENIED,
      );
      await server.barrier(5);
      expect(controls.source.open, 'sources still open when the server has failed').toBe(0);

      controls.source.script({ failAfter: 1 });
      handle = () => {};
      // The requests end also when they break off, and the reset comes behind.
      onEnd = () => {};
      const broken = await settle(converse(dialed, 'weather', world));
      expect(broken.value, 'what `converse` resolved with when its source failed').toBeUndefined();
      await (await server.call(4)).whenCancelled;
    },
  );
}
