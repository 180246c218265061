import { type CheckContext, check, type Load } from '@streamlings/grading';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { listTrades, openPrices } from './customers.ts';

/** Declares the checks of step 2. */
export function snapshotChecks(load: Load<Exercise>['prices']): void {
  /** Opens an exchange where ADA was traded once, and has a client ask for prices; its question waits for an answer. */
  const ask = async (context: CheckContext, ...symbols: string[]) => {
    const { handlers } = await load();
    const opened = await openPrices(context, handlers);
    const { floor, server } = opened;
    floor.trade('ADA');
    floor.isAnsweredByHand = true;
    const { peer } = await opened.watch(...symbols);
    const [question] = floor.questions;
    /** Has every question so far looked up, and later ones answered as they come. */
    const look = () => {
      floor.isAnsweredByHand = false;
      for (const asked of floor.questions) asked.look();
    };
    const answer = async () => {
      for (const asked of floor.questions) asked.answer();
      await server.barrier(5);
    };
    const expectQuestion = () =>
      expect(question, 'the question for the last trades, which the exchange should have got').toBeDefined();
    return { ...opened, peer, look, answer, expectQuestion };
  };

  check(
    'begins with the last trade of each symbol that was asked for',
    {
      hints: {
        'L2-15':
          'The exchange was asked for last trades that nobody wants, or sent some. Who could have told it which ones are wanted?',
      },
      otherwise:
        'ADA was traded twice and GRC once, LIN never. A client asks for ADA and LIN. What should it see at once, and what after the next trade?',
    },
    async (context) => {
      const { handlers } = await load();
      const { floor, trade, watch, diagnose } = await openPrices(context, handlers);
      for (const symbol of ['ADA', 'GRC', 'ADA']) floor.trade(symbol);
      const { peer } = await watch('ADA', 'LIN');
      diagnose({ 'L2-15': () => peer.received.some(({ symbol }) => symbol === 'GRC') });
      expect(listTrades(peer.received), 'trades heard of before anything new happens').toEqual(['ADA 3']);
      await trade('LIN');
      await trade('ADA');
      expect(listTrades(peer.received).slice(1), 'trades heard of after that').toEqual(['LIN 4', 'ADA 5']);
      const all = await watch();
      expect(listTrades(all.peer.received).sort(), 'what a client that names no symbol sees at once').toEqual(
        ['ADA 5', 'GRC 2', 'LIN 4'],
      );
    },
  );

  check(
    'misses no trade that happens while the exchange looks up the last ones',
    {
      hints: {
        'W3-01':
          'A trade happened after the exchange had looked, and before your listener was there: it is neither in the answer nor behind it. The client shows the old price until the next trade, which may be tomorrow. Which of the two has to be first, the question or the listener?',
      },
      otherwise:
        'The exchange looks up the last trades; then ADA is traded; then the answer comes. What is the price of ADA for the client?',
    },
    async (context) => {
      const { floor, server, peer, look, answer, expectQuestion, diagnose } = await ask(context, 'ADA');
      expectQuestion();
      look();
      floor.trade('ADA');
      await server.barrier(3);
      await answer();
      const heard = listTrades(peer.received);
      const isHeard = heard.includes('ADA 2');
      diagnose({ 'W3-01': () => !isHeard });
      expect(isHeard, `whether ADA 2 is among what the client has heard of (${heard.join(', ')})`).toBe(true);
    },
  );

  check(
    'sends nothing twice, and never goes back in time',
    {
      hints: {
        'W3-02':
          'An older trade came behind a newer one, or the same one twice. The answer tells how things stood when the exchange looked, not when it arrived. What in a trade tells you which of two is newer?',
      },
      otherwise:
        'ADA is traded, the exchange looks, ADA is traded again, the answer comes. Which trades, in which order, may the client hear of?',
    },
    async (context) => {
      const { floor, server, trade, peer, look, answer, expectQuestion, diagnose } = await ask(
        context,
        'ADA',
        'GRC',
      );
      expectQuestion();
      await trade('ADA');
      look();
      await trade('ADA', 'GRC');
      await answer();
      await trade('GRC');
      const heard = (symbol: string) =>
        peer.received.filter((each) => each.symbol === symbol).map(({ sequence }) => sequence);
      const inOrder = (numbers: bigint[]) =>
        numbers.every((each, at) => at === 0 || each > (numbers[at - 1] ?? 0n));
      diagnose({ 'W3-02': () => !inOrder(heard('ADA')) || !inOrder(heard('GRC')) });
      for (const [symbol, last] of [
        ['ADA', 3n],
        ['GRC', 5n],
      ] as const) {
        const numbers = heard(symbol);
        const sorted = [...new Set(numbers)].sort((a, b) => Number(a - b));
        expect(numbers, `numbers of the trades of ${symbol} that the client has heard of`).toEqual(sorted);
        expect(numbers.at(-1), `number of the last trade of ${symbol} that it has heard of`).toBe(last);
      }
      expect(floor.listeners, 'listeners of one client').toBe(1);
      await server.barrier();
    },
  );

  check(
    'forgets a client that leaves before the answer comes',
    {
      hints: {
        'L6-08':
          'The client left while the exchange looked up its answer, and your handler noticed nothing: what it listens with was attached after the await. When does a call begin to be able to end?',
        'L2-02':
          'The client is gone, and the exchange still calls you on its behalf. Which event comes whenever a call is over?',
      },
      otherwise:
        'A client leaves while the exchange looks up the last trades. Then the answer comes. Who listens after that?',
    },
    async (context) => {
      const { floor, server, trade, peer, look, answer, expectQuestion, diagnose } = await ask(
        context,
        'ADA',
      );
      expectQuestion();
      peer.cancel();
      await server.barrier(5);
      const whileAway = floor.listeners;
      look();
      await answer();
      await trade('ADA');
      diagnose({
        'L6-08': () => floor.listeners > 0 && (server.calls[0]?.call.listenerCount('cancelled') ?? 0) > 2,
        'L2-02': () => floor.listeners > 0 || whileAway > 0,
      });
      expect(floor.listeners, 'listeners after the client has left').toBe(0);
    },
  );
}
