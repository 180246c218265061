import { durationMs } from '@bufbuild/protobuf/wkt';
import { Metadata, status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf, type Outcome } from '@streamlings/grading';
import { RetryInfoSchema } from '@streamlings/grpc/google/rpc/error_details';
import { ParcelService } from '@streamlings/proto/streamlings/parcel/v1/parcel';
import { expect } from 'vitest';
import type { Caller, Exercise } from './checks.ts';
import { adapt, findDetails } from './statuses.ts';

/** The limit of the starter. */
const MAX_CALLS = 3;
const WINDOW_MS = 1000;

const ada: Caller = { name: 'Ada', may: ['quote', 'register', 'track'] };
const callers = new Map<string, Caller>([
  ['t-ada', ada],
  ['t-ada-phone', ada],
  ['t-bo', { name: 'Bo', may: ['quote'] }],
  ['t-cy', { name: 'Cy', may: ['track'] }],
]);

/** Declares the checks of `src/gate.ts`. */
export function gateChecks(load: Load<Exercise>['gate']): void {
  const start = async ({ world, serve }: CheckContext) => {
    const { createGate } = await load();
    const gate = createGate(world.clock, callers);
    const server = await serve(
      ParcelService,
      adapt(ParcelService, {
        quote: (_request, { requestMetadata }) => {
          gate.admit(requestMetadata, 'quote');
          return {};
        },
        register: (_request, { requestMetadata }) => {
          gate.admit(requestMetadata, 'register');
          return {};
        },
      }),
    );
    const call = (method: 'quote' | 'register', authorization?: string) => {
      const metadata = new Metadata();
      if (authorization !== undefined) metadata.set('authorization', authorization);
      return server.unary(method, {}, metadata);
    };
    /** Makes calls one after the other, and resolves with their codes. */
    const callMany = async (count: number, token = 't-ada') => {
      const codes: string[] = [];
      for (let each = 0; each < count; each++)
        codes.push(nameOf((await call('quote', `Bearer ${token}`)).code));
      return codes;
    };
    return { call, callMany };
  };
  const OK = nameOf(status.OK);
  const TOO_MANY = nameOf(status.RESOURCE_EXHAUSTED);

  check(
    'lets those pass who may, and tells those who may not from those it does not know',
    {
      hints: {
        'W2-05':
          'Whoever is unknown can sign in and try again; whoever is known and may not can only ask somebody for the permission. Which of the two did your status tell the caller?',
        'L1-07':
          'The code speaks of a failure of the server, or of a bad request. Here somebody stands at the gate who is unknown, or who may not. There are two codes for that. Which?',
      },
      otherwise:
        'Ada may do everything, Bo may quote, Cy may track, and some callers nobody knows. Who should hear what?',
    },
    async (context) => {
      const { call } = await start(context);
      let code: status = status.OK;
      let wanted: status = status.OK;
      context.diagnose({
        'W2-05': () => code === status.UNAUTHENTICATED || code === status.PERMISSION_DENIED,
        'L1-07': () => wanted !== status.OK && code !== status.OK && code !== status.UNIMPLEMENTED,
      });
      const cases: Array<
        [what: string, method: 'quote' | 'register', authorization: string | undefined, status]
      > = [
        ['Ada registers', 'register', 'Bearer t-ada', status.OK],
        ['Bo quotes', 'quote', 'Bearer t-bo', status.OK],
        ['nobody quotes', 'quote', undefined, status.UNAUTHENTICATED],
        ['somebody unknown quotes', 'quote', 'Bearer t-zoe', status.UNAUTHENTICATED],
        ['somebody quotes with a token and no scheme', 'quote', 't-ada', status.UNAUTHENTICATED],
        ['somebody quotes with another scheme', 'quote', 'Basic t-ada', status.UNAUTHENTICATED],
        ['Bo registers', 'register', 'Bearer t-bo', status.PERMISSION_DENIED],
        ['Cy quotes', 'quote', 'Bearer t-cy', status.PERMISSION_DENIED],
      ];
      for (const [what, method, authorization, expected] of cases) {
        wanted = expected;
        ({ code } = await call(method, authorization));
        expect(nameOf(code), `status when ${what}`).toBe(nameOf(expected));
      }
    },
  );

  check(
    'refuses the fourth call within a second, whenever that second began',
    {
      hints: {
        'W2-06':
          'Calls passed at the end of one of your seconds and at the beginning of the next: more than three within one second of the clock. When does your second begin, and who says so?',
        'L1-07':
          'A call too many was refused with a code that does not say so. The caller is known, may do it, and may do it again later. Which code is that?',
      },
      otherwise:
        'Three calls pass, and a fourth at the same time does not. What about 999 ms later, and 1,000?',
    },
    async (context) => {
      const { callMany } = await start(context);
      const { clock } = context.controls;
      let turns = false;
      let seen: string[] = [];
      context.diagnose({
        'W2-06': () => turns,
        'L1-07': () => seen[0] === OK && seen[3] !== OK && seen[3] !== TOO_MANY,
      });
      seen = await callMany(4);
      expect(seen, 'four calls at once').toEqual([OK, OK, OK, TOO_MANY]);
      turns = true;
      await clock.advance(WINDOW_MS - 1);
      expect(await callMany(1), 'one more, 999 ms later').toEqual([TOO_MANY]);
      // Wherever seconds of the gate's own may begin, one of these rounds has such a beginning among its last 700 ms.
      for (let round = 0; round < 4; round++) {
        await clock.advance(WINDOW_MS + 250);
        expect(await callMany(1), 'the first call after a while').toEqual([OK]);
        await clock.advance(300);
        expect(await callMany(2), 'two more, 300 ms later').toEqual([OK, OK]);
        await clock.advance(700);
        expect(await callMany(2), 'two when the first one is a second old').toEqual([OK, TOO_MANY]);
      }
    },
  );

  check(
    'says how long to wait, to the millisecond, and keeps its word',
    {
      hints: {
        'W2-07':
          'The caller was refused and not told for how long. It can only guess, and whoever guesses tries again at once. What do you know that it does not?',
        'W2-08':
          'The first caller who was refused was told the right time; then somebody asked again meanwhile, and the time was another one. Does a call that did not pass make anybody wait?',
        'W2-09':
          'Your RetryInfo names another time than the one after which a call passes. The oldest of the last three calls is the one that makes room. When is it a second old, and in which units is a Duration told?',
      },
      otherwise:
        'A call is refused. What does its RetryInfo say, and what happens 1 ms before that, and then?',
    },
    async (context) => {
      const { call, callMany } = await start(context);
      const { clock } = context.controls;
      let told: number | undefined;
      let refusals = 0;
      context.diagnose({
        'W2-07': () => refusals > 0 && told === undefined,
        'W2-08': () => refusals > 1,
        'W2-09': () => refusals === 1,
      });
      const refusal = async () => {
        const outcome = await call('quote', 'Bearer t-ada');
        expect(nameOf(outcome.code), 'status of a call too many').toBe(TOO_MANY);
        told = retryDelayOf(outcome);
        refusals++;
        return told;
      };
      for (const pause of [1, 250]) {
        refusals = 0;
        await callMany(1);
        await clock.advance(pause);
        expect(await callMany(2), 'two more calls').toEqual([OK, OK]);
        expect(await refusal(), 'milliseconds to wait').toBe(WINDOW_MS - pause);
        await clock.advance(WINDOW_MS - pause - 1);
        expect(await refusal(), 'milliseconds to wait, 1 ms before the end').toBe(1);
        await clock.advance(1);
        expect(await callMany(1), 'a call after the time that was named').toEqual([OK]);
        await clock.advance(2 * WINDOW_MS);
      }
    },
  );

  check(
    'limits each caller by itself, and counts no call that it has refused',
    {
      hints: {
        'W2-08':
          'A caller who keeps asking is kept out for ever, or one who was refused for another reason has used up its calls: your count includes what did not pass. Whom does the limit protect from what?',
        'L3-14':
          'Bo was refused for the calls that Ada has made. State that lives beside all calls belongs to all callers. Whose calls do you count?',
        'W2-10':
          'Ada has two tokens and twice as many calls. What is it that you limit: a caller, or one of the things that she signs in with?',
      },
      otherwise:
        'Ada asks too often, with two tokens; Bo asks once, Cy asks for what Cy may not. Who should be refused?',
    },
    async (context) => {
      const { call, callMany } = await start(context);
      const { clock } = context.controls;
      let asks = '';
      context.diagnose({
        'L3-14': () => asks === 'Bo',
        'W2-10': () => asks === 'Ada with her phone',
        'W2-08': () => asks === 'Ada again' || asks === 'Bo later',
      });
      expect(await callMany(MAX_CALLS), "Ada's calls").toEqual([OK, OK, OK]);
      asks = 'Ada with her phone';
      expect(await callMany(1, 't-ada-phone'), "Ada's call from her phone").toEqual([TOO_MANY]);
      asks = 'Bo';
      expect(await callMany(1, 't-bo'), "Bo's call").toEqual([OK]);
      asks = 'Ada again';
      for (let round = 0; round < 3; round++) {
        await clock.advance(300);
        expect(await callMany(2), "Ada's calls while she has to wait").toEqual([TOO_MANY, TOO_MANY]);
      }
      await clock.advance(100);
      expect(await callMany(4), "Ada's calls after the second").toEqual([OK, OK, OK, TOO_MANY]);
      asks = 'Bo later';
      await clock.advance(WINDOW_MS);
      for (let round = 0; round < MAX_CALLS; round++) {
        const { code } = await call('register', 'Bearer t-bo');
        expect(nameOf(code), "Bo's call for what Bo may not").toBe(nameOf(status.PERMISSION_DENIED));
      }
      expect(await callMany(1, 't-bo'), "Bo's call for what Bo may").toEqual([OK]);
    },
  );
}

function retryDelayOf(outcome: Outcome<unknown>): number | undefined {
  const [info] = findDetails(outcome, RetryInfoSchema);
  return info?.retryDelay && durationMs(info.retryDelay);
}
