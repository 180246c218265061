import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import { StockService } from '@streamlings/proto/streamlings/stock/v1/stock';
import { expect } from 'vitest';
import { layCable } from './cable.ts';
import type { Exercise } from './checks.ts';
import { createTape, type TradesCall } from './tape.ts';

/** How long a client waits before each new attempt, in milliseconds. */
const WAITS_MS = [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000];
const FIRST_WAIT_MS = 1000;
const MAX_WAIT_MS = 30_000;
/** Round trips after which a client has done what it will do. */
const ROUNDS = 100;

/** Declares the checks of step 6. */
export function clientChecks(load: Load<Exercise>['client']): void {
  /** Has a book kept of an exchange whose calls `answer` answers, behind a cable. */
  const start = async (context: CheckContext, answer: (call: TradesCall) => void) => {
    const { keepBook } = await load();
    const { clock } = context.controls;
    const server = await context.serve(StockService, { streamTrades: answer });
    const cable = await layCable(server.address);
    const leaving = new AbortController();
    context.defer(() => cable.close());
    context.defer(() => leaving.abort());
    const told: string[] = [];
    const book = {
      onTrade: ({ sequence }: { sequence: bigint }) => told.push(`${sequence}`),
      onGap: () => told.push('gap'),
    };
    let end: string | undefined;
    let isClearedAway = false;
    // What the clearing away brings about is no evidence.
    context.defer(() => {
      isClearedAway = true;
    });
    const { signal } = leaving;
    void keepBook(cable.address, ['ADA'], book, { clock: context.world.clock, signal }).then(
      () => {
        if (!isClearedAway) end = 'resolved';
      },
      (error: { code?: number; message: string }) => {
        if (!isClearedAway) end = error.code === undefined ? error.message : nameOf(error.code);
      },
    );
    /** Waits until something is so, or has had the time to become so. */
    const until = async (isSo: () => boolean) => {
      for (let round = 0; round < ROUNDS && !isSo(); round++) await server.barrier();
      await server.barrier(3);
    };
    /** Waits until the client waits, has called again or has given up. */
    const untilIdle = (calls: number) =>
      until(() => {
        const waits = clock.pending > 0 || context.leaks.timers > 0;
        return waits || server.calls.length > calls || end !== undefined;
      });
    const cut = async () => {
      const calls = server.calls.length;
      cable.cut();
      await untilIdle(calls);
    };
    /** Lets the client wait, and call again. */
    const goOn = async (waitMs: number) => {
      const calls = server.calls.length;
      await clock.advance(waitMs);
      await until(() => server.calls.length > calls || end !== undefined);
    };
    return { server, cable, clock, leaving, told, until, untilIdle, cut, goOn, end: () => end };
  };

  check(
    'tells every trade once, however often the line is cut',
    {
      hints: {
        'W3-03':
          'Trades are missing that happened while the line was cut. A new call knows nothing of the one before: it begins now. What did each response tell you that leads back?',
        'W3-04':
          'A trade is in the book twice. A position stands behind its trade. Which one did you ask for, and when did you note it down?',
        'L6-11':
          'Nothing waits on the clock that was handed to you, and a timer of your own is running. Nobody but you can move that one. Which clock does `keepBook` get?',
        'L2-04':
          'The line was cut, and that reached your process as an `error` event that nobody listened to, which ends it. Who, in your way of reading, gets the bad news?',
      },
      otherwise:
        'Three trades are told, then the line is cut. Two more happen before the client is back. What does it ask for, and what is in the book?',
    },
    async (context) => {
      const { answer, asked, trade } = createTape(100);
      const { server, told, until, cut, goOn, end } = await start(context, answer);
      let timers = 0;
      const isTwice = () => new Set(told).size < told.length;
      context.diagnose({
        'L2-04': ({ crash }) => crash !== undefined,
        'L6-11': () => timers > 0,
        'W3-04': isTwice,
        'W3-03': () => asked.slice(1).includes('now'),
      });
      await until(() => server.calls.length > 0);
      trade(3);
      await until(() => told.length === 3);
      for (let cuts = 1; cuts <= 3; cuts++) {
        await cut();
        timers = context.leaks.timers;
        expect(timers, 'timers that the client has started after the cut').toBe(0);
        trade(2);
        await goOn(MAX_WAIT_MS);
        expect(end(), `how it ended after cut ${cuts}, which it should not`).toBeUndefined();
        expect(server.calls.length, `calls after ${cuts} cuts of the line and the longest wait`).toBe(
          cuts + 1,
        );
        trade(1);
        await until(() => told.length === 3 + 3 * cuts);
        const all = Array.from({ length: 3 + 3 * cuts }, (_, at) => `${101 + at}`);
        expect(told, `numbers of the trades in the book after ${cuts} cuts`).toEqual(all);
      }
      expect(asked, 'positions that were asked for').toEqual([
        'now',
        'monday 103',
        'monday 106',
        'monday 109',
      ]);
    },
  );

  check(
    'knows where it was, also if nothing was traded before the cut',
    {
      hints: {
        'W3-03':
          'The line was cut before the first trade, and the client began anew: what was traded meanwhile is not in the book. It had heard one response by then. What was in it?',
      },
      otherwise:
        'The call begins, nothing is traded, the line is cut, two trades happen. What does the client ask for when it is back?',
    },
    async (context) => {
      const { answer, asked, trade } = createTape(100);
      const { server, told, until, cut, goOn } = await start(context, answer);
      context.diagnose({ 'W3-03': () => asked.length > 1 });
      await until(() => server.calls.length > 0);
      await server.barrier(10);
      await cut();
      trade(2);
      await goOn(MAX_WAIT_MS);
      await until(() => told.length === 2);
      expect(asked, 'positions that were asked for').toEqual(['now', 'monday 100']);
      expect(told, 'numbers of the trades in the book').toEqual(['101', '102']);
    },
  );

  check(
    'waits longer after each failure, and short again after a success',
    {
      hints: {
        'W3-05':
          'The server is in trouble, and your client calls again at once, or sooner than it was asked to. A thousand clients like this one, and it never comes back up. When may the next attempt be, and the one after that?',
      },
      otherwise:
        'Seven attempts fail with UNAVAILABLE, the eighth succeeds, and the line is cut. How long is the wait before each new attempt?',
    },
    async (context) => {
      let fails = true;
      const { answer } = createTape(100);
      const { server, clock, until, untilIdle, cut, goOn, told, end } = await start(context, (call) => {
        if (fails) call.emit('error', { code: status.UNAVAILABLE, details: 'starting up' });
        else answer(call);
      });
      context.diagnose({
        'W3-05': () => end() === undefined,
      });
      await until(() => server.calls.length > 0);
      for (const [at, waitMs] of WAITS_MS.entries()) {
        const calls = at + 1;
        await untilIdle(calls);
        expect(end(), `how it ended after failure ${calls}, which it should not`).toBeUndefined();
        await clock.advance(waitMs - 1);
        await server.barrier(5);
        expect(server.calls.length, `calls 1 ms before wait ${calls} is over, of ${waitMs} ms`).toBe(calls);
        if (calls === WAITS_MS.length) fails = false;
        await clock.advance(1);
        await until(() => server.calls.length > calls);
        expect(server.calls.length, `calls when wait ${calls} is over, of ${waitMs} ms`).toBe(calls + 1);
      }
      await server.barrier(10);
      await cut();
      await goOn(FIRST_WAIT_MS);
      expect(server.calls.length, 'calls one second after the line was cut').toBe(WAITS_MS.length + 2);
      expect(told, 'what the book was told').toEqual([]);
    },
  );

  check(
    'tells a gap, and begins anew, when its position is gone',
    {
      hints: {
        'W3-06':
          'The server has forgotten what follows, the client went on with what is new, and the book looks whole. Trades may be missing in it. Who should know, and when?',
        'W3-08':
          'The position is gone, and your client asks for it again. It will not come back. Which part of the request is what the server cannot do?',
      },
      otherwise:
        'After a cut the server answers OUT_OF_RANGE to a position of yesterday. What do you tell the book, and what do you ask for next?',
    },
    async (context) => {
      const asked: string[] = [];
      const { server, told, until, untilIdle, cut, goOn, end } = await start(context, (call) => {
        const { after } = call.request;
        asked.push(after ? `${after.session} ${after.sequence}` : 'now');
        if (after) return call.emit('error', { code: status.OUT_OF_RANGE, details: 'that was yesterday' });
        const [session, begin] = asked.length === 1 ? ['monday', 100n] : ['tuesday', 5n];
        call.write({ position: { session, sequence: begin } });
        const sequence = begin + 1n;
        call.write({ position: { session, sequence }, trade: { symbol: 'ADA', sequence } });
      });
      context.diagnose({
        'W3-08': () => asked.length > 2 && asked[2] !== 'now',
        'W3-06': () => asked.length > 1 && end() === undefined && !told.includes('gap'),
      });
      await until(() => told.length === 1);
      await cut();
      await goOn(MAX_WAIT_MS);
      // Who waits before the new beginning is let go on, too.
      await untilIdle(2);
      if (server.calls.length < 3) await goOn(MAX_WAIT_MS);
      await until(() => server.calls.length === 3 && told.length === 3);
      expect(end(), 'how it ended, which it should not').toBeUndefined();
      expect(asked, 'positions that were asked for').toEqual(['now', 'monday 101', 'now']);
      expect(told, 'what the book was told').toEqual(['101', 'gap', '6']);
    },
  );

  check(
    'passes on what no new attempt can help',
    {
      guard: true,
      hints: {
        'W3-08':
          'The symbol does not exist, and your client tries again, for ever. Which failures pass by themselves, and which does the caller have to hear of?',
        'L1-15':
          'The call is over for good, and its connection is open: it keeps a socket, and a process, alive. On which ways out of your function does that happen?',
      },
      otherwise:
        'The server answers NOT_FOUND. How many calls should it see, and what should the caller get?',
    },
    async (context) => {
      const { server, cable, clock, until, end } = await start(context, (call) =>
        call.emit('error', { code: status.NOT_FOUND, details: 'ADA is not listed' }),
      );
      let open = 0;
      context.diagnose({ 'W3-08': () => end() === undefined, 'L1-15': () => open > 0 });
      await until(() => end() !== undefined || clock.pending > 0 || server.calls.length > 1);
      expect(end(), 'how it ended').toBe(nameOf(status.NOT_FOUND));
      expect(server.calls.length, 'calls').toBe(1);
      await until(() => cable.open === 0);
      open = cable.open;
      expect(open, 'connections that are open after that').toBe(0);
    },
  );

  check(
    'leaves when it is told to, from a call and from a wait',
    {
      hints: {
        'L6-02':
          'The signal has aborted, and something of yours goes on: the call, or the wait before the next one. A signal stops only what has got it. Who has it, in your function?',
        'L6-07':
          'The caller wanted you to leave, and is told about a failure. A call that you cancelled ends with CANCELLED, a wait with the reason of the signal. How do you tell that from bad news?',
        'L1-15':
          'The function has ended, and its connection is open: it keeps a socket, and a process, alive. On which ways out does that happen?',
      },
      otherwise:
        'The signal aborts, once while trades come and once while the client waits for its next attempt. What should be over by then, and how does the promise end?',
    },
    async (context) => {
      const { answer, trade } = createTape(100);
      let end: string | undefined;
      let open = 0;
      let isLeft = false;
      context.diagnose({
        'L6-02': () => isLeft && end === undefined,
        'L6-07': () => isLeft && end !== 'resolved',
        'L1-15': () => isLeft && open > 0,
      });
      for (const from of ['a call', 'a wait']) {
        isLeft = false;
        const kept = await start(context, answer);
        await kept.until(() => kept.server.calls.length > 0);
        trade(1);
        await kept.until(() => kept.told.length === 1);
        if (from === 'a wait') await kept.cut();
        kept.leaving.abort();
        await kept.until(() => kept.end() !== undefined && kept.cable.open === 0);
        isLeft = true;
        end = kept.end();
        open = kept.cable.open;
        expect(end, `how it ended when it left ${from}`).toBe('resolved');
        expect(open, `connections that are open after it left ${from}`).toBe(0);
        expect(kept.clock.pending, `waits that go on after it left ${from}`).toBe(0);
        expect(kept.server.calls.length, `calls when it left ${from}`).toBe(1);
      }
    },
  );
}
