import { status } from '@grpc/grpc-js';
import { check, type Load, nameOf } from '@streamlings/grading';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { FILLERS, listTrades, openPrices, SYMBOLS } from './customers.ts';

/** Declares the checks of step 1. */
export function pricesChecks(load: Load<Exercise>['prices']): void {
  check(
    'sends the trades of the symbols that were asked for, and no others',
    {
      hints: {
        'L2-15':
          'Trades crossed the wire that nobody had asked for. A client could sort them out, and would have paid for all of them by then. Who knows first which ones are wanted?',
      },
      otherwise:
        'A client asks for ADA and LIN; ADA, GRC, LIN and ADA are traded. Which trades should it hear of, and with which fields?',
    },
    async (context) => {
      const { handlers } = await load();
      const { floor, server, trade, watch, diagnose } = await openPrices(context, handlers);
      const { peer } = await watch('ADA', 'LIN');
      diagnose({ 'L2-15': () => peer.received.some(({ symbol }) => symbol === 'GRC') });
      const traded = floor.trade('ADA', 18_450);
      await server.barrier(5);
      await trade('GRC');
      await trade('LIN');
      await trade('ADA');
      expect(listTrades(peer.received), 'trades that the client has heard of').toEqual([
        'ADA 1',
        'LIN 3',
        'ADA 4',
      ]);
      expect(peer.received[0]?.priceCents, 'price of the first trade, in cents').toBe(18_450n);
      expect(peer.received[0]?.tradeTime, 'time of the first trade').toEqual(traded.tradeTime);
    },
  );

  check(
    'sends everything to a client that names no symbol',
    {
      hints: {
        'L1-11':
          'A list without entries takes no byte on the wire, so nobody can tell an empty one from none. The contract says what that means here. What did your filter take it for?',
      },
      otherwise: 'A request names no symbol. Which trades does the contract promise it?',
    },
    async (context) => {
      const { handlers } = await load();
      const { floor, trade, watch, diagnose } = await openPrices(context, handlers);
      const { peer } = await watch();
      for (const symbol of SYMBOLS) await trade(symbol);
      const { listeners } = floor;
      diagnose({ 'L1-11': () => listeners > 0 && peer.received.length === 0 });
      expect(listTrades(peer.received), 'trades that the client has heard of').toEqual([
        'ADA 1',
        'GRC 2',
        'LIN 3',
        'TUR 4',
      ]);
    },
  );

  check(
    'answers NOT_FOUND for a symbol that is not listed, and does nothing more',
    {
      hints: {
        'L2-08':
          'The call of a client that asked for what does not exist ended with OK, or goes on. How does it learn that it will wait for ever?',
      },
      otherwise:
        'A client asks for ADA and for XXX, which is not listed. What should it hear, and what is left of it?',
    },
    async (context) => {
      const { handlers } = await load();
      const { floor, server, trade, watch, diagnose } = await openPrices(context, handlers);
      const { peer } = await watch('ADA', 'XXX');
      const ended = await Promise.race([peer.outcome, server.barrier(20)]);
      diagnose({ 'L2-08': () => ended === undefined || ended.code === status.OK });
      expect(ended ? nameOf(ended.code) : 'none', 'status').toBe(nameOf(status.NOT_FOUND));
      await trade('ADA');
      expect(floor.listeners, 'listeners that the call has left').toBe(0);
      expect(server.calls[0]?.writes, 'trades written for this call').toBe(0);
    },
  );

  check(
    'keeps clients apart',
    {
      hints: {
        'L3-14':
          'A client hears what another one has asked for. Your handler runs once for each call; a variable outside it is the same one for all of them. Where does the list of wanted symbols live?',
      },
      otherwise: 'One client asks for ADA, a second one for GRC. What should each of them hear?',
    },
    async (context) => {
      const { handlers } = await load();
      const { trade, watch, diagnose } = await openPrices(context, handlers);
      const ada = await watch('ADA');
      const grc = await watch('GRC');
      for (const symbol of ['ADA', 'GRC', 'ADA']) await trade(symbol);
      const heard = [ada, grc].map(({ peer }) => peer.received.map(({ symbol }) => symbol));
      diagnose({ 'L3-14': () => heard.flat().length > 0 });
      expect(heard, 'symbols that the two clients have heard of').toEqual([['ADA', 'ADA'], ['GRC']]);
    },
  );

  check(
    'forgets a client that leaves',
    {
      hints: {
        'L2-02':
          'The client is gone, and the exchange still calls you on its behalf. Leaving interrupts nothing in a handler. What tells you that a call is over?',
      },
      otherwise:
        'Two clients watch, one of them leaves. How many listeners does the exchange have before and after?',
    },
    async (context) => {
      const { handlers } = await load();
      const { floor, server, trade, watch, diagnose } = await openPrices(context, handlers);
      const stays = await watch('ADA');
      const before = floor.listeners;
      const leaves = await watch('ADA', ...FILLERS);
      await trade('ADA');
      expect(leaves.peer.received.length, 'trades that the client has heard of').toBe(1);
      leaves.peer.cancel();
      await server.barrier(5);
      diagnose({ 'L2-02': () => floor.listeners > before });
      expect(floor.listeners, 'listeners after the client has left').toBe(before);
      await trade('ADA');
      expect(stays.peer.received.length, 'trades that the client that stayed has heard of').toBe(2);
    },
  );
}
