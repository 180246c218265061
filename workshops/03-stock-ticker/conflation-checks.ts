import { check, type Load } from '@streamlings/grading';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { BURST, catchUp, FILLERS, listTrades, openPrices, QUEUE, SYMBOLS, standStill } from './customers.ts';

/** Declares the checks of step 3. */
export function conflationChecks(load: Load<Exercise>['prices']): void {
  check(
    'sends each trade to a client that reads',
    {
      guard: true,
      hints: {
        'L5-06':
          'The client reads, and your handler waits for a `drain` that does not come: it follows a `write()` that returned false, and this one returned true. When is there something to wait for?',
      },
      otherwise:
        'A client reads all the time, and ten trades happen one after the other. Which of them should it hear of?',
    },
    async (context) => {
      const { handlers } = await load();
      const { trade, watch, diagnose } = await openPrices(context, handlers);
      const { peer } = await watch('ADA', 'GRC');
      const expected = [];
      for (let i = 1; i <= 10; i++) {
        const symbol = i % 3 === 0 ? 'GRC' : 'ADA';
        expected.push(`${symbol} ${i}`);
        await trade(symbol);
      }
      diagnose({ 'L5-06': () => peer.received.length > 0 && peer.received.length < 10 });
      expect(listTrades(peer.received), 'trades that the client has heard of').toEqual(expected);
    },
  );

  check(
    'writes nothing while the call wants no more',
    {
      hints: {
        'L5-03':
          'The client stands still, and your handler writes on: HTTP/2 has stopped the socket, and the queue of the call in your process takes all the rest. What does `write()` return, and who looks at it?',
      },
      otherwise:
        'A client reads one trade and stands still, and trading goes on. When should the handler stop writing?',
    },
    async (context) => {
      const { handlers } = await load();
      const opened = await openPrices(context, handlers);
      const { floor, server, watch, diagnose } = opened;
      const { peer, record } = await watch();
      await standStill(opened, peer, record);
      for (let round = 0; round < 10; round++) {
        for (const symbol of SYMBOLS) floor.trade(symbol);
        await server.barrier(2);
      }
      const tooMany = record.writesWhileFull;
      diagnose({ 'L5-03': () => tooMany > QUEUE });
      // Read to the end, so that the wire is at rest when the verdict is made.
      await catchUp(server, peer, () => peer.received.length === record.writes);
      expect(record.writes, 'trades written in all').toBeGreaterThan(0);
      expect(tooMany, 'trades written while the call wants no more').toBeLessThanOrEqual(QUEUE);
      await server.barrier();
    },
  );

  check(
    'tells a slow client the latest price of each symbol, and that once',
    {
      hints: {
        'L5-12':
          'After its pause the client hears one old price after the other. Between an exchange that does not wait and a client that does there is always a queue, also where you do not see one: an event iterator is one. What in yours is out of date?',
        'L5-05':
          'The client never hears the latest price: it happened while there was no room, and was dropped. A price may be left out only when a newer one takes its place. Where does the newest one wait?',
      },
      otherwise: `While the client stands still, four symbols are traded ${BURST} times. When it reads on, what should it hear of each of them?`,
    },
    async (context) => {
      const { handlers } = await load();
      const opened = await openPrices(context, handlers);
      const { floor, server, watch, trade, diagnose } = opened;
      const { peer, record } = await watch();
      await standStill(opened, peer, record);
      const before = floor.journal.latest;
      for (let i = 0; i < BURST; i++) floor.trade(SYMBOLS[i % SYMBOLS.length] ?? '', i);
      const after = () =>
        peer.received.filter(({ symbol, sequence }) => SYMBOLS.includes(symbol) && sequence > before);
      const latest = SYMBOLS.map(
        (symbol, at) => `${symbol} ${before + BigInt(BURST - SYMBOLS.length + at + 1)}`,
      );
      const heardLast = () =>
        SYMBOLS.map((symbol) => listTrades([after().findLast((each) => each.symbol === symbol)]).join());
      await catchUp(server, peer, () => heardLast().join() === latest.join());
      diagnose({
        'L5-12': () => after().length > SYMBOLS.length + QUEUE,
        'L5-05': () => heardLast().join() !== latest.join(),
      });
      expect(
        after().length,
        `trades of four symbols heard of after a pause, of ${BURST}`,
      ).toBeLessThanOrEqual(SYMBOLS.length + QUEUE);
      expect(heardLast(), 'the last trade heard of for each symbol').toEqual(latest);
      const { length } = after();
      await trade('ADA');
      expect(listTrades(after().slice(length)), 'what it hears of the next trade').toEqual([
        `ADA ${floor.journal.latest}`,
      ]);
    },
  );

  check(
    'lets no late answer take the place of a newer trade',
    {
      guard: true,
      hints: {
        'W3-02':
          'The answer of the exchange came while the call had no room, and its old trade took the place of a newer one that waited there. What comes later is not newer. When do you look at the number of a trade: when it comes, or only when it goes?',
      },
      otherwise:
        'The exchange looks up the last trades, the client stands still, all symbols are traded, and only then the answer comes. What should the client hear in the end?',
    },
    async (context) => {
      const { handlers } = await load();
      const opened = await openPrices(context, handlers);
      const { floor, server, watch, diagnose } = opened;
      for (const symbol of SYMBOLS) floor.trade(symbol);
      floor.isAnsweredByHand = true;
      const { peer, record } = await watch();
      for (const question of floor.questions) question.look();
      await standStill(opened, peer, record);
      const latest = SYMBOLS.map((symbol) => listTrades([floor.trade(symbol)]).join());
      for (const question of floor.questions) question.answer();
      await server.barrier(5);
      const heardLast = () =>
        SYMBOLS.map((symbol) =>
          listTrades([peer.received.findLast((each) => each.symbol === symbol)]).join(),
        );
      const isUpToDate = () => heardLast().join() === latest.join();
      await catchUp(server, peer, isUpToDate);
      diagnose({ 'W3-02': () => peer.received.length > 0 && !isUpToDate() });
      expect(heardLast(), 'the last trade heard of for each symbol').toEqual(latest);
    },
  );

  check(
    'lets no slow client hold up a quick one',
    {
      guard: true,
      hints: {
        'L4-09':
          'One client stands still, and another one, which reads, hears nothing any more. Their windows are their own. What do both of them wait for in your code?',
      },
      otherwise:
        'Two clients stand still and one reads. What has one client to do with another in your handler?',
    },
    async (context) => {
      const { handlers } = await load();
      const opened = await openPrices(context, handlers);
      const { floor, watch, trade, diagnose } = opened;
      const slow = [await watch(), await watch()];
      const quick = await watch('TUR');
      for (const { peer, record } of slow) await standStill(opened, peer, record);
      await trade('TUR');
      diagnose({ 'L4-09': () => quick.peer.received.at(-1)?.sequence !== floor.journal.latest });
      expect(listTrades(quick.peer.received), 'trades that the client that reads has heard of').toEqual([
        `TUR ${floor.journal.latest}`,
      ]);
    },
  );

  check(
    'forgets a client that leaves while it stands still',
    {
      guard: true,
      hints: {
        'L5-04':
          'The client is gone, and your handler still waits for its `drain`. A call that is over does not drain, so no line behind that `await` runs. What else can end this wait?',
      },
      otherwise: 'A client stands still, and then it leaves. What is left of it on the exchange?',
    },
    async (context) => {
      const { handlers } = await load();
      const opened = await openPrices(context, handlers);
      const { floor, server, watch, trade, diagnose } = opened;
      const { peer, record } = await watch('ADA', ...FILLERS);
      await standStill(opened, peer, record);
      peer.cancel();
      await server.barrier(5);
      await trade('ADA');
      diagnose({ 'L5-04': () => floor.listeners > 0 });
      expect(floor.listeners, 'listeners after the client has left').toBe(0);
    },
  );
}
