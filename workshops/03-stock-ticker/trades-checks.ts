import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import type { StreamTradesResponse } from '@streamlings/proto/streamlings/stock/v1/stock';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { catchUp, FILLERS, openExchange, QUEUE, SYMBOLS, standStill } from './customers.ts';
import type { Floor } from './exchange.ts';

const SESSION = 'monday';
/** Trades that happen at once, more than one reading of the journal yields. */
const FLOOD = 200;
/** The most messages of a filler that fit between a writer and a reader who has stopped. */
const MAX_AHEAD = 96;

/** Declares the checks of step 5. */
export function tradesChecks(load: Load<Exercise>['trades']): void {
  const start = async (context: CheckContext, options?: ConstructorParameters<typeof Floor>[1]) => {
    const { handlers } = await load();
    const opened = await openExchange(context, handlers, { session: SESSION, ...options });
    const { server } = opened;
    const open = async (symbols: string[], after?: { session?: string; sequence: bigint }) => {
      const position = server.calls.length + 1;
      const place = after && { session: SESSION, ...after };
      const peer = server.read(server.client.streamTrades({ symbols, ...(place && { after: place }) }));
      const record = await server.call(position);
      await server.barrier(5);
      const heard = () => peer.received.map(describe);
      return { peer, record, heard };
    };
    return { ...opened, open };
  };
  const flood = (floor: Floor) => {
    for (let i = 0; i < FLOOD; i++) floor.trade(i % 2 === 0 ? 'ADA' : 'GRC');
  };

  check(
    'begins with its position, and sends every trade after it',
    {
      hints: {
        'W3-07':
          'Trades are missing: of several of one symbol only the latest came, as step 3 has it for prices. A price replaces the one before. Does a trade?',
        'W3-03':
          'The client is cut off before the first trade and does not know where it was: every response that it has would have told it. Which one is sent when nothing has been traded yet?',
      },
      otherwise: `Three trades have happened. A client asks for ADA from now on, and ${FLOOD} trades happen at once, half of them ADA. Which responses should it get, and with which positions?`,
    },
    async (context) => {
      const { floor, server, trade, open, diagnose } = await start(context);
      await trade('ADA', 'ADA', 'GRC');
      const { peer, heard } = await open(['ADA']);
      const numbers = () => peer.received.slice(1).map(({ trade: each }) => Number(each?.sequence));
      diagnose({
        'W3-07': () => peer.received.length > 1 && numbers().length < FLOOD / 2,
        'W3-03': () => peer.received.length === 0,
      });
      expect(heard(), 'responses before anything is traded').toEqual(['monday 3: nothing']);
      flood(floor);
      await catchUp(server, peer, () => numbers().length >= FLOOD / 2);
      expect(rangesOf(numbers(), 2), 'every other number, as the client has heard of them').toEqual([
        `4 to ${2 + FLOOD}`,
      ]);
      const wrong = peer.received.slice(1).filter((each) => each.position?.sequence !== each.trade?.sequence);
      expect(wrong.map(describe), 'responses whose position is not that of their trade').toEqual([]);
    },
  );

  check(
    'goes on behind a position, with nothing left out and nothing twice',
    {
      hints: {
        'W3-04':
          'The trade at the position came again. A position stands behind the trade that it was sent with: that one is in the book. What is the first number that is not?',
        'W3-01':
          'A trade is missing that happened while your handler went from what was written down to what is new. Each of them is whole, and between them is a crack. What could you read from so that there is only one source?',
        'W3-03':
          'The client said where to go on, and was sent what is new instead. What has happened in between is lost to it. Who knows about that?',
      },
      otherwise: `${FLOOD} trades have happened. A client goes on behind number 50, and while it is being served the next ${FLOOD} happen. Which numbers should it get?`,
    },
    async (context) => {
      const { floor, server, open, diagnose } = await start(context);
      flood(floor);
      const release = floor.journal.hold();
      const { peer, heard } = await open([], { sequence: 50n });
      flood(floor);
      release();
      const numbers = () =>
        peer.received.filter(({ trade }) => trade !== undefined).map((each) => Number(each.trade?.sequence));
      const isWhole = () => numbers().length >= 2 * FLOOD - 50;
      await catchUp(server, peer, isWhole);
      diagnose({
        'W3-04': () => numbers().includes(50),
        'W3-03': () => numbers().length > 0 && !numbers().includes(51),
        'W3-01': () => numbers().length > 0 && !isWhole(),
      });
      expect(heard()[0], 'the first response').toBe('monday 50: nothing');
      expect(rangesOf(numbers()), 'numbers of the trades that the client has heard of').toEqual([
        `51 to ${2 * FLOOD}`,
      ]);
      const zero = await open(['ADA'], { sequence: 0n });
      await catchUp(server, zero.peer, () => zero.peer.received.length > FLOOD);
      expect(zero.heard().slice(0, 3), 'how a book begins that goes on behind number 0').toEqual([
        'monday 0: nothing',
        'monday 1: ADA 1',
        'monday 3: ADA 3',
      ]);
    },
  );

  check(
    'refuses a position that its journal does not lead on from',
    {
      hints: {
        'W3-06':
          'The journal cannot tell what follows that position, and the client was sent something else: it takes a record with a hole for a whole one. Which is worse for a book, a refusal or a hole?',
        'L1-07':
          'The call failed with another status than the contract has for this. A client begins anew on OUT_OF_RANGE and on nothing else. Which one did yours send, and who made it?',
        'L1-03':
          'The journal has rejected, and nobody caught it: the client hangs. Who takes what an async handler throws?',
        'W3-04':
          'A client that has everything was refused, as if its position did not exist. A position stands behind its trade. When nothing was traded since, which number is in it?',
      },
      otherwise:
        'The journal keeps the last 20 of 200 trades. Clients go on behind number 50, behind number 190 of another session, behind number 999, and behind number 200, the latest. What should they hear?',
    },
    async (context) => {
      const { floor, server, open, diagnose } = await start(context, { capacity: 20 });
      flood(floor);
      const cases = {
        'number 50, which is forgotten': { sequence: 50n },
        'number 179, whose next one was just forgotten': { sequence: 179n },
        'number 190 of another session': { session: 'sunday', sequence: 190n },
        'number 999, which does not exist': { sequence: 999n },
      };
      let code: status | undefined;
      let received = 0;
      let isRefused = false;
      diagnose({
        'W3-04': () => isRefused,
        'L1-03': ({ crash }) => crash !== undefined,
        'W3-06': () => code === undefined || received > 1,
        'L1-07': () => code !== status.UNIMPLEMENTED && code !== status.OUT_OF_RANGE,
      });
      for (const [name, after] of Object.entries(cases)) {
        const { peer } = await open([], after);
        const ended = await Promise.race([peer.outcome, server.barrier(20)]);
        code = ended?.code;
        received = peer.received.length;
        expect(code === undefined ? 'none' : nameOf(code), `status for ${name}`).toBe(
          nameOf(status.OUT_OF_RANGE),
        );
        expect(peer.received.filter(({ trade }) => trade).length, `trades sent for ${name}`).toBe(0);
      }
      const { peer } = await open([], { sequence: 180n });
      await catchUp(server, peer, () => peer.received.length > 20);
      expect(
        peer.received.length,
        'responses for number 180, whose next one is the oldest that is kept',
      ).toBe(21);
      const whole = await open([], { sequence: BigInt(FLOOD) });
      isRefused = whole.heard().length === 0;
      expect(whole.heard(), `responses for number ${FLOOD}, the latest`).toEqual([
        `monday ${FLOOD}: nothing`,
      ]);
      const unlisted = await open(['XXX']);
      const ended = await Promise.race([unlisted.peer.outcome, server.barrier(20)]);
      expect(ended ? nameOf(ended.code) : 'none', 'status for a symbol that is not listed').toBe(
        nameOf(status.NOT_FOUND),
      );
    },
  );

  check(
    'reads the journal at the pace of its client, and tells one that has fallen behind',
    {
      hints: {
        'L2-01':
          'The client stands still, and your handler has read on in the journal: what it read waits in your process, for each such client. The journal keeps it anyway. What does `write()` return, and what would the next reading have to wait for?',
        'W3-06':
          'The client fell behind further than the journal reaches, and was sent what is left as if it were the next. How does it learn that there is a hole in its book?',
      },
      otherwise:
        'A client reads one trade and stands still until the journal has forgotten what it should read next. How far should your handler have read by then, and what should the client hear when it reads on?',
    },
    async (context) => {
      const opened = await start(context, { capacity: 200 });
      const { floor, server, open, diagnose } = opened;
      const { peer, record } = await open([]);
      await standStill(opened, peer, record);
      const before = floor.journal.tradesRead;
      for (let i = 0; i < 60; i++) {
        for (const symbol of FILLERS) floor.trade(symbol);
        if (i % 10 === 0) await server.barrier();
      }
      await server.barrier(10);
      const ahead = () => record.writes - peer.received.length;
      let code: status | undefined;
      diagnose({
        'L2-01': () => ahead() > MAX_AHEAD || record.writesWhileFull > QUEUE,
        'W3-06': () => peer.received.length > 1,
      });
      expect(ahead(), 'responses written that the client has not read').toBeLessThanOrEqual(MAX_AHEAD);
      expect(
        floor.journal.tradesRead - before,
        'trades read while the client stands still',
      ).toBeLessThanOrEqual(20);
      void peer.outcome.then((outcome) => {
        code = outcome.code;
      });
      await catchUp(server, peer, () => code !== undefined);
      expect(code === undefined ? 'none' : nameOf(code), 'status of a client that has fallen behind').toBe(
        nameOf(status.OUT_OF_RANGE),
      );
      const numbers = peer.received.slice(1).map(({ trade }) => Number(trade?.sequence));
      expect(rangesOf(numbers), 'numbers of the trades that it has heard of by then').toEqual([
        `1 to ${numbers.length}`,
      ]);
    },
  );

  check(
    'stops reading when the client leaves',
    {
      hints: {
        'L6-02':
          'The client is gone, and a reading of the journal still waits for the next trade on its behalf. The journal knows nothing about calls. What can you hand to it that does?',
        'L6-09':
          'The reading was given up, and nobody caught that: in production it ends the process, and with it every call. Is it a failure that the client has left, and where does it arrive in your handler?',
      },
      otherwise:
        'Two clients leave, one that reads and one that stands still. Which readings of the journal still wait for a trade?',
    },
    async (context) => {
      const opened = await start(context);
      const { floor, server, trade, open, diagnose } = opened;
      const quick = await open(['ADA']);
      await trade('ADA');
      expect(quick.peer.received.length, 'responses for a client that reads').toBe(2);
      diagnose({
        'L6-09': ({ crash }) => crash !== undefined,
        'L6-02': () => floor.journal.waiting > 0,
      });
      quick.peer.cancel();
      await server.barrier(5);
      expect(floor.journal.waiting, 'readings that wait after the client has left').toBe(0);
      const slow = await open([...SYMBOLS, ...FILLERS]);
      await standStill(opened, slow.peer, slow.record);
      slow.peer.cancel();
      await server.barrier(5);
      await trade('ADA');
      expect(floor.journal.waiting, 'readings that wait after the one that stood still has left').toBe(0);
    },
  );
}

/** Writes numbers that follow each other in steps of `by` like `51 to 400`; whatever is out of order begins anew. */
function rangesOf(numbers: number[], by = 1): string[] {
  const ranges: Array<[from: number, to: number]> = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last && number === last[1] + by) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from} to ${to}`));
}

function describe({ position, trade }: StreamTradesResponse): string {
  const what = trade ? `${trade.symbol} ${trade.sequence}` : 'nothing';
  return `${position?.session} ${position?.sequence}: ${what}`;
}
