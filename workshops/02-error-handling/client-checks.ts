import { create } from '@bufbuild/protobuf';
import { anyPack, durationFromMs } from '@bufbuild/protobuf/wkt';
import { credentials, type ServerWritableStream, status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import {
  createAsyncClient,
  createClient,
  type ResponseInit,
  type ServiceHandlers,
  StatusError,
} from '@streamlings/grpc';
import { RetryInfoSchema } from '@streamlings/grpc/google/rpc/error_details';
import {
  ParcelService,
  type TrackRequest,
  type TrackResponse,
} from '@streamlings/proto/streamlings/parcel/v1/parcel';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { codeOf, hear, rejectionOf } from './statuses.ts';

/** What the starter says. */
const MAX_ATTEMPTS = 4;
const MAX_FAILURES = 5;
const EVENTS = 30;

type TrackCall = ServerWritableStream<TrackRequest, ResponseInit<typeof ParcelService, 'track'>>;

const lost = { code: status.UNAVAILABLE, details: 'the office has lost its sources' };

/** Declares the checks of `src/client.ts`. */
export function clientChecks(load: Load<Exercise>['client']): void {
  /** Serves an office, with a channel that is told about retries, or one that is told to make none. */
  const start = async (
    { serve, defer, controls }: CheckContext,
    handlers: Partial<ServiceHandlers<typeof ParcelService>>,
    { retries = true } = {},
  ) => {
    const exercise = await load();
    const server = await serve(ParcelService, handlers);
    const channel = createClient(ParcelService, server.address, credentials.createInsecure(), {
      'grpc.use_local_subchannel_pool': 1,
      ...(retries
        ? { 'grpc.service_config': JSON.stringify(exercise.serviceConfig) }
        : { 'grpc.enable_retries': 0 }),
    });
    defer(() => channel.close());
    /** Lets the time go on until a promise settles. */
    const settle = async <T>(promise: Promise<T>): Promise<T> => {
      let isOver = false;
      const over = () => {
        isOver = true;
      };
      promise.then(over, over);
      while (!isOver) {
        await server.barrier();
        if (controls.clock.pending > 0) await controls.clock.advance(1000);
      }
      return promise;
    };
    return { ...exercise, server, client: createAsyncClient(ParcelService, channel), settle };
  };

  check(
    'has gRPC make a quote four times, and no more',
    {
      hints: {
        'W2-13':
          'The number of attempts is another one than you were asked for. `maxAttempts` counts them all. Which of them is the first?',
        'W2-14':
          'The quote failed once, and was not made again. gRPC repeats what its service config names, by the whole name of the service, for the codes that it names. What does yours say to a Quote that ends with UNAVAILABLE?',
      },
      otherwise:
        'The office is UNAVAILABLE three times, and then it is not; another time it stays so. What reaches the office, what the caller, and how long may that take?',
    },
    async (context) => {
      let failures = MAX_ATTEMPTS - 1;
      const { server, client } = await start(context, {
        quote: (_call, callback) => (failures-- > 0 ? callback(lost) : callback(null, {})),
      });
      context.diagnose({
        'W2-14': ({ symptom }) => symptom === undefined && server.calls.length === 1,
        'W2-13': ({ symptom }) => symptom === undefined && server.calls.length !== MAX_ATTEMPTS,
      });
      const error = await rejectionOf(client.quote({ parcelId: 'p1' }));
      expect(server.calls.length, 'attempts for a quote that fails three times').toBe(MAX_ATTEMPTS);
      expect(hear(error), 'what the caller hears after the fourth').toBe(nameOf(status.OK));
      failures = Number.POSITIVE_INFINITY;
      const last = await rejectionOf(client.quote({ parcelId: 'p1' }));
      expect(server.calls.length - MAX_ATTEMPTS, 'attempts for a quote that always fails').toBe(MAX_ATTEMPTS);
      expect(hear(last), 'what the caller hears then').toBe(nameOf(status.UNAVAILABLE));
    },
  );

  check(
    'has gRPC repeat nothing that may have happened or will fail again',
    {
      hints: {
        'W2-15':
          'A parcel was to be registered, the answer was lost, and gRPC has asked for it again. UNAVAILABLE does not say whether the first attempt has done its work. What happens to the second one if it has?',
        'W2-16':
          'A call was repeated though it cannot succeed by being repeated, or though it was asked to wait. Which code says “the same call, a moment later, may well succeed”, and which say something else?',
      },
      otherwise:
        'Register is UNAVAILABLE; quotes are refused for all kinds of reasons. Which of these calls should reach the office twice?',
    },
    async (context) => {
      let code: status = status.UNAVAILABLE;
      const { server, client } = await start(context, {
        register: (_call, callback) => callback(lost),
        quote: (_call, callback) => callback({ code, details: 'no' }),
      });
      let method = '';
      context.diagnose({ 'W2-15': () => method === 'register', 'W2-16': () => method === 'quote' });
      // Whoever has no config repeats nothing at all, and has understood nothing of it.
      await rejectionOf(client.quote({}));
      expect(server.calls.length, 'attempts for a quote that is UNAVAILABLE').toBeGreaterThan(1);
      method = 'register';
      let before = server.calls.length;
      await rejectionOf(client.register({}));
      expect(server.calls.length - before, 'attempts to register a parcel').toBe(1);
      method = 'quote';
      for (code of [
        status.INVALID_ARGUMENT,
        status.RESOURCE_EXHAUSTED,
        status.PERMISSION_DENIED,
        status.DEADLINE_EXCEEDED,
        status.INTERNAL,
        status.UNKNOWN,
      ]) {
        before = server.calls.length;
        const error = await rejectionOf(client.quote({}));
        expect(server.calls.length - before, `attempts for a quote that ends with ${status[code]}`).toBe(1);
        expect(hear(error), 'what the caller hears').toBe(nameOf(code));
      }
    },
  );

  check(
    'goes on behind the last event that was handled, however often the stream breaks',
    {
      hints: {
        'W2-17':
          'The stream broke after some events, and your caller was told so. gRPC repeats a call only as long as nothing of an answer has come; what came cannot be taken back. Who knows what was handled already?',
        'W2-18':
          'Events were handled twice, or left out. A new call begins where its request says. Which position was the last one that `handle` has been through with?',
      },
      otherwise:
        'Thirty events, a stream that breaks four times, a `handle` that takes its time. Which events should it get, and in which order?',
    },
    async (context) => {
      const breaks = [7, 8, 20, 27];
      const { server, client, track, settle } = await start(context, {
        track: (call: TrackCall) => {
          const end = breaks.shift() ?? EVENTS;
          for (let position = call.request.afterPosition + 1; position <= end; position++)
            call.write({ position });
          if (end === EVENTS) call.end();
          else call.emit('error', lost);
        },
      });
      const handled: number[] = [];
      let error: unknown;
      context.diagnose({
        'W2-17': () => codeOf(error) === status.UNAVAILABLE,
        'W2-18': () => handled.some((position, at) => position !== at + 1),
      });
      let isBusy = false;
      const handle = async ({ position }: TrackResponse) => {
        expect(isBusy, 'whether `handle` gets an event while it is busy').toBe(false);
        isBusy = true;
        // Reading pauses meanwhile, so that a status can overtake what nobody has read.
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
        handled.push(position);
        isBusy = false;
      };
      error = await rejectionOf(settle(track(client, 'p1', handle, context.world.clock)));
      expect(handled, 'positions of the events that were handled').toEqual(
        Array.from({ length: handled.length }, (_, at) => at + 1),
      );
      expect(hear(error), 'what the caller hears').toBe(nameOf(status.OK));
      expect(handled.length, 'events that were handled').toBe(EVENTS);
      const asked = server.calls.map(({ call }) => (call as unknown as TrackCall).request.parcelId);
      expect(new Set(asked), 'parcels that were asked for').toEqual(new Set(['p1']));
    },
  );

  check(
    'gives up after five failures in a row, and at once where repeating does not help',
    {
      hints: {
        'W2-19':
          'The office stays away, and your client calls and calls. Others do, too, and the office has to answer them all when it comes back. When is it time to tell a human being?',
        'W2-20':
          'Your client has given up, or has started anew, though each stream had brought something. Five failures in a row are not five in a life. What is a sign that things go on?',
        'W2-16':
          'A call that cannot succeed by being made again was made again. Which code speaks of a moment, and which of the call itself?',
        'W2-21':
          'Your client calls again in the same moment. Whoever has just lost its sources needs a moment, and a thousand clients that call at once take it away. What do you wait for?',
        'W2-18':
          'One event was handed over again and again: `handle` has failed with it, and your client asked the office for it once more. Whose failure was that, and what does another stream change about it?',
      },
      otherwise:
        'An office that never answers; one that loses each stream after one event, ten times; one that does not know the parcel; a `handle` that fails. How often is each called, and what does the caller hear?',
    },
    async (context) => {
      let answer: (call: TrackCall) => void = (call) => call.emit('error', lost);
      let scene = 'away';
      const { server, client, track, settle } = await start(
        context,
        { track: (call: TrackCall) => (server.calls.length > 40 ? call.end() : answer(call)) },
        { retries: false },
      );
      const { clock } = context.world;
      const handle = async () => {};
      context.diagnose({
        'W2-21': () => scene === 'at once' && server.calls.length > 1,
        'W2-19': () => scene === 'away' && server.calls.length > MAX_FAILURES,
        'W2-16': () => scene === 'unknown',
        'W2-20': () => scene === 'slow but steady',
        'W2-18': () => scene === 'handled in vain',
      });
      const away = track(client, 'p1', handle, clock);
      away.catch(() => {});
      await Promise.race([server.call(1), away.catch(() => {})]);
      await server.barrier(10);
      scene = 'at once';
      expect(context.leaks.timers, 'timers that run beside the clock').toBe(0);
      expect(server.calls.length, 'calls before the clock has moved').toBe(1);
      scene = 'away';
      const gone = await rejectionOf(settle(away));
      expect(server.calls.length, 'calls to an office that never answers').toBe(MAX_FAILURES);
      expect(hear(gone), 'what the caller hears').toBe(nameOf(status.UNAVAILABLE));

      scene = 'slow but steady';
      answer = (call) => {
        const position = call.request.afterPosition + 1;
        call.write({ position });
        if (position === 10) call.end();
        else call.emit('error', lost);
      };
      const steady = await rejectionOf(settle(track(client, 'p2', handle, clock)));
      expect(hear(steady), 'what the caller hears of a stream that goes on each time').toBe(
        nameOf(status.OK),
      );

      scene = 'unknown';
      answer = (call) => call.emit('error', { code: status.NOT_FOUND, details: 'no such parcel' });
      const before = server.calls.length;
      const unknown = await rejectionOf(settle(track(client, 'p3', handle, clock)));
      expect(server.calls.length - before, 'calls for a parcel that nobody knows').toBe(1);
      expect(hear(unknown), 'what the caller hears').toBe(nameOf(status.NOT_FOUND));

      scene = 'handled in vain';
      answer = (call) => {
        call.write({ position: 1 });
        call.end();
      };
      let handled = 0;
      const full = async () => {
        handled++;
        throw new Error('the disk is full');
      };
      const failed = await rejectionOf(settle(track(client, 'p4', full, clock)));
      expect(handled, 'events that a `handle` gets that fails with the first').toBe(1);
      expect(hear(failed), 'what the caller hears').toBe('Error: the disk is full');
    },
  );

  check(
    'waits as long as it was told, and no longer',
    {
      hints: {
        'W2-22':
          'Your client called again before the time that it was told, or much later. The refusal carries a RetryInfo, and whoever wrote it knows best. Where do you read it, and in which unit?',
        'W2-16':
          'An error that says nothing of waiting was met with another call. Which refusals ask you to come back, and what else has to be in them?',
      },
      otherwise:
        'A call is refused for 1,250 ms, then for 1 ms; another one for good; one is wrong from the start. How often is each made, and when?',
    },
    async (context) => {
      const { clock } = context.controls;
      const { patiently } = await load();
      const tooMany = (waitMs?: number) => {
        const info = create(
          RetryInfoSchema,
          waitMs === undefined ? {} : { retryDelay: durationFromMs(waitMs) },
        );
        const statusDetails = waitMs === undefined ? [] : [anyPack(RetryInfoSchema, info)];
        return new StatusError(status.RESOURCE_EXHAUSTED, 'too many', { statusDetails });
      };
      let isWaiting = false;
      let isOver = false;
      context.diagnose({ 'W2-22': () => isWaiting, 'W2-16': () => isOver });
      /** Makes a call that is refused so and so, and answered after that. */
      const callRefused = (...refusals: StatusError[]) => {
        const made = { count: 0 };
        const answer = patiently(context.world.clock, async () => {
          const refusal = refusals[made.count++];
          if (refusal) throw refusal;
          return 'answer';
        });
        answer.catch(() => {});
        return { made, answer };
      };
      const turns = async () => {
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      };
      const { made, answer } = callRefused(tooMany(1250), tooMany(1));
      for (const [ms, count] of [
        [0, 1],
        [1249, 1],
        [1, 2],
        [1, 3],
      ] as const) {
        await clock.advance(ms);
        await turns();
        isWaiting = made.count > 0;
        expect(made.count, `calls, ${ms} ms later`).toBe(count);
      }
      expect(await answer, 'what the caller gets').toBe('answer');

      const stubborn = callRefused(tooMany(5), tooMany(5), tooMany(5), tooMany(5));
      for (let round = 0; round < 5; round++) {
        await clock.advance(5);
        await turns();
      }
      isWaiting = false;
      isOver = stubborn.made.count > 0;
      expect(stubborn.made.count, 'calls that are refused each time').toBe(3);
      expect(hear(await rejectionOf(stubborn.answer)), 'what the caller hears').toBe(
        nameOf(status.RESOURCE_EXHAUSTED),
      );
      for (const refusal of [tooMany(), new StatusError(status.INVALID_ARGUMENT, 'no')]) {
        const other = callRefused(refusal);
        await turns();
        await clock.advance(60_000);
        await turns();
        expect(other.made.count, `calls that end with ${status[refusal.code]} and no time`).toBe(1);
        expect(hear(await rejectionOf(other.answer)), 'what the caller hears').toBe(nameOf(refusal.code));
      }
    },
  );
}
