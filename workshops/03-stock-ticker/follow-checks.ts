import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import type { RequestInit } from '@streamlings/grpc';
import type { FollowPricesResponse, StockService } from '@streamlings/proto/streamlings/stock/v1/stock';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import {
  BURST,
  catchUp,
  FILLERS,
  openExchange,
  QUEUE,
  SYMBOLS,
  standStill,
  untilAsked,
} from './customers.ts';

type Change = RequestInit<typeof StockService, 'followPrices'>;

const follow = (value: string): Change => ({ change: { case: 'follow', value } });
const unfollow = (value: string): Change => ({ change: { case: 'unfollow', value } });

/** Requests that a client sends without listening, far more than windows and queues hold. */
const UNREAD = 1200;

/** Declares the checks of step 4. */
export function followChecks(load: Load<Exercise>['follow']): void {
  const start = async (context: CheckContext) => {
    const { handlers } = await load();
    const opened = await openExchange(context, handlers);
    const { server } = opened;
    const open = async () => {
      const position = server.calls.length + 1;
      const call = server.client.followPrices();
      const peer = server.read(call);
      /** Sends changes, and gives the handler the time to act on them. */
      const request = async (...changes: Change[]) => {
        for (const change of changes) call.write(change);
        await server.call(position);
        await server.barrier(5);
      };
      const heard = () => peer.received.map(describe);
      return { call, peer, request, heard, record: () => server.call(position) };
    };
    return { ...opened, open };
  };

  check(
    'begins each symbol with its last trade, and adds symbols while trades flow',
    {
      hints: {
        'L4-02':
          'The client follows a symbol and keeps its half of the call open, as it may for days; your handler waits for the end of the requests before it begins. When does it know enough to send the first trade?',
        'W3-01':
          'A trade happened after the exchange had looked, and before the symbol was followed: it is neither in the answer nor behind it. What has to be first?',
        'L4-11':
          'A client hears of symbols that only another one follows. Your handler runs once for each call. Where does the list of what is followed live?',
      },
      otherwise:
        'ADA was traded. A client follows ADA, later GRC as well; trades go on, also while the exchange looks up the last ones. What should it hear?',
    },
    async (context) => {
      const { floor, server, trade, open, diagnose } = await start(context);
      await trade('ADA', 'GRC');
      const { request, heard } = await open();
      const other = await open();
      await other.request(follow('TUR'));
      diagnose({
        'L4-11': () =>
          heard().some((each) => /TUR/.test(each)) || other.heard().some((each) => /ADA/.test(each)),
        'L4-02': () => floor.listeners === 0 && floor.questions.length === 0,
        'W3-01': () => heard().length > 1 && !heard().includes('LIN 6'),
      });
      await request(follow('ADA'), follow('ADA'));
      expect(heard(), 'what a client hears that follows ADA, twice').toEqual(['ADA 1']);
      await trade('GRC', 'ADA');
      expect(heard().slice(1), 'what it hears then of trades of GRC and ADA').toEqual(['ADA 4']);
      await trade('LIN');
      floor.isAnsweredByHand = true;
      await request(follow('GRC'), follow('LIN'));
      for (const question of floor.questions) question.look();
      await trade('LIN');
      for (const question of floor.questions) question.answer();
      floor.isAnsweredByHand = false;
      await server.barrier(5);
      const added = heard().slice(2);
      const ofLin = added.filter((each) => each.startsWith('LIN'));
      expect(
        added.filter((each) => each.startsWith('GRC')),
        'what it hears of GRC once that is added',
      ).toEqual(['GRC 3']);
      expect(ofLin.at(-1), 'the last that it hears of LIN, traded while the exchange looked').toBe('LIN 6');
      expect(ofLin, 'what it hears of LIN').toEqual([...new Set(ofLin)].sort());
      await trade('TUR');
      expect(other.heard(), 'what another client hears that follows TUR').toEqual(['TUR 7']);
      expect(heard().join(), 'what the first one hears of it').not.toContain('TUR');
    },
  );

  check(
    'sends nothing of a symbol after its `unfollowed`',
    {
      hints: {
        'L4-06':
          'A trade came behind the `unfollowed` of its symbol. It was on its way inside your handler when the client changed its mind: a question to the exchange that is answered late, or a trade that waits. What should it ask again before it goes out?',
        'L4-05':
          'The client has no `unfollowed`, and cannot know when it has heard the last trade of a symbol. Which request asks for an answer, and when is that answer true?',
      },
      otherwise:
        'A client follows ADA and unfollows it before the exchange has looked up its last trade. Which responses may come, and in which order?',
    },
    async (context) => {
      const { floor, server, trade, open, diagnose } = await start(context);
      await trade('ADA', 'GRC');
      const { request, heard } = await open();
      const late = () => {
        const end = heard().indexOf('unfollowed ADA');
        return end >= 0 ? heard().slice(end + 1) : [];
      };
      let isRefollowed = false;
      diagnose({
        'L4-06': () => !isRefollowed && late().some((each) => each.startsWith('ADA')),
        'L4-05': () => heard().length > 0 && !heard().includes('unfollowed ADA'),
      });
      await request(follow('GRC'));
      floor.isAnsweredByHand = true;
      await request(follow('ADA'), unfollow('ADA'));
      for (const question of floor.questions) question.look();
      for (const question of floor.questions) question.answer();
      floor.isAnsweredByHand = false;
      await server.barrier(5);
      await trade('ADA', 'GRC');
      expect(heard().includes('unfollowed ADA'), 'whether `unfollow: ADA` was answered').toBe(true);
      expect(late(), 'what comes behind `unfollowed ADA`').toEqual(['GRC 4']);
      isRefollowed = true;
      await request(follow('ADA'));
      expect(late().slice(1), 'what comes when ADA is followed again').toEqual(['ADA 3']);
      await request(unfollow('ADA'), unfollow('TUR'));
      await trade('ADA');
      expect(late().slice(2), 'what comes when it is unfollowed again, and TUR with it').toEqual([
        'unfollowed ADA',
        'unfollowed TUR',
      ]);
    },
  );

  check(
    'rejects a symbol that is not listed, and goes on',
    {
      hints: {
        'L3-07':
          'One symbol was misspelt, and the client has lost all the others with it, or waits for a price that never comes. A status ends the whole call. Where in the response is there room for a failure of one symbol?',
        'L4-14':
          'The call has ended with its status, and one half of your handler does not know: it still listens to the exchange. What stops it?',
      },
      otherwise:
        'A client follows XXX, which is not listed, and then ADA; at last it sends a request that changes nothing. What should it hear of each?',
    },
    async (context) => {
      const { floor, server, trade, open, diagnose } = await start(context);
      await trade('ADA');
      const { peer, request, heard } = await open();
      let code: status | undefined;
      let listeners = 0;
      let isSpoilt = false;
      void peer.outcome.then((outcome) => {
        code = outcome.code;
      });
      diagnose({
        'L4-14': () => listeners > 0,
        'L3-07': () => isSpoilt,
      });
      await request(follow('XXX'), follow('ADA'));
      isSpoilt = code !== undefined || !heard().includes('rejected XXX');
      expect(heard().sort(), 'what the client hears').toEqual(['ADA 1', 'rejected XXX']);
      await trade('ADA');
      expect(heard().at(-1), 'what it hears of the next trade').toBe('ADA 2');
      isSpoilt = false;
      await request({});
      const ended = await Promise.race([peer.outcome, server.barrier(20)]);
      expect(ended ? nameOf(ended.code) : 'none', 'status after a request that changes nothing').toBe(
        nameOf(status.INVALID_ARGUMENT),
      );
      listeners = floor.listeners;
      expect(listeners, 'listeners after that').toBe(0);
    },
  );

  check(
    'goes on after the half-close, and stops when the client leaves',
    {
      hints: {
        'L4-01':
          'Your program is reasonable, and this version of Node breaks it. Leaving a `for await` over a duplex stream, also at its end, destroys both of its halves, and no trade goes out any more. Which ways of reading a stream leave it as it is when the requests end?',
        'L4-04':
          'The client has said all that it wanted to say, and your handler took that for a goodbye. A half-close ends one of the two streams. What does the contract say about the other?',
        'L2-02':
          'The client has left, and the exchange still calls you on its behalf. The end of the requests is one thing, the end of the call another. Which event comes whatever the client did?',
      },
      otherwise:
        'A client follows ADA and half-closes. Which of the two streams is over now? Later it leaves. What is left?',
      environment: ['L4-01'],
    },
    async (context) => {
      const { floor, server, trade, open, diagnose } = await start(context);
      const { call, peer, request, heard } = await open();
      let isOver = false;
      let hasEnded = false;
      let hasLeft = false;
      void peer.outcome.then(() => {
        isOver = true;
      });
      diagnose({
        'L2-02': () => hasLeft && floor.listeners > 0,
        'L4-01': () => server.calls[0]?.destroyed === true,
        'L4-04': () => hasEnded,
      });
      await request(follow('ADA'));
      call.end();
      await server.barrier(5);
      await trade('ADA');
      await trade('ADA');
      hasEnded = isOver || floor.listeners === 0;
      expect(heard(), 'what the client hears after the half-close').toEqual(['ADA 1', 'ADA 2']);
      expect(isOver, 'whether the call is over').toBe(false);
      expect(floor.listeners, 'listeners of a running call').toBeGreaterThan(0);
      const early = await open();
      await early.request(follow('GRC'));
      peer.cancel();
      early.peer.cancel();
      hasLeft = true;
      await server.barrier(5);
      expect(floor.listeners, 'listeners after both clients have left').toBe(0);
    },
  );

  check(
    'tells a slow client the latest prices, and every answer',
    {
      hints: {
        'L5-12':
          'After its pause the client hears one old price after the other: all of them were kept for it. A newer price replaces an older one. Where do yours wait?',
        'L5-05':
          'An answer is missing: it came while there was no room, and was left out like an old price. Which of your messages replace each other, and which do not?',
        'W3-02':
          'The answer of the exchange came while the call had no room, and its old trade took the place of a newer one that waited there. What comes later is not newer. When do you look at the number of a trade: when it comes, or only when it goes?',
      },
      otherwise: `A client stands still, changes what it follows, and ${BURST} trades happen. What should it hear when it reads on?`,
    },
    async (context) => {
      const opened = await start(context);
      const { floor, server, open, diagnose } = opened;
      const { peer, request, heard, record } = await open();
      const followed = ['ADA', 'GRC', 'TUR', ...FILLERS];
      await request(...followed.map(follow));
      await untilAsked(opened, followed.length);
      floor.trade('LIN');
      floor.isAnsweredByHand = true;
      await request(follow('LIN'));
      await untilAsked(opened, followed.length + 1);
      for (const question of floor.questions) question.look();
      const slow = await record();
      await standStill(opened, peer, slow);
      const { length } = peer.received;
      const before = floor.journal.latest;
      for (let i = 0; i < BURST; i++) floor.trade(SYMBOLS[i % SYMBOLS.length] ?? '');
      for (const question of floor.questions) question.answer();
      await request(unfollow('TUR'), follow('XXX'), unfollow('XXX'));
      const prices = () =>
        peer.received
          .slice(length)
          .map(({ event }) => (event.case === 'trade' ? event.value : undefined))
          .filter((trade) => trade && SYMBOLS.includes(trade.symbol) && trade.sequence > before);
      const answers = () => heard().filter((each) => /^(un|re)/.test(each));
      const latest = () => prices().findLast((each) => each?.symbol === 'LIN')?.sequence;
      const expected = ['rejected XXX', 'unfollowed TUR', 'unfollowed XXX'];
      await catchUp(server, peer, () => answers().length === 3 && latest() === floor.journal.latest - 1n);
      diagnose({
        'L5-12': () => prices().length > SYMBOLS.length + QUEUE,
        'L5-05': () => answers().length < 3,
        'W3-02': () => latest() !== floor.journal.latest - 1n,
      });
      expect(answers().sort(), 'answers to what was asked during the pause').toEqual(expected);
      expect(prices().length, `trades heard of after a pause, of ${BURST}`).toBeLessThanOrEqual(
        SYMBOLS.length + QUEUE,
      );
      expect(latest(), 'number of the last trade of LIN that was heard of').toBe(floor.journal.latest - 1n);
    },
  );

  check(
    'takes no more requests from a client that does not read the answers',
    {
      hints: {
        'L4-10':
          'The client asks and asks and does not read one answer, and your handler takes it all in: the answers pile up with you. Who could make the client wait?',
      },
      otherwise: `A client reads one response and no more, and sends ${UNREAD} requests that are all answered. Where do they wait, and where do the answers?`,
    },
    async (context) => {
      const { server, trade, open, diagnose } = await start(context);
      await trade('ADA');
      const { call, peer, request, record, heard } = await open();
      await request(follow('ADA'));
      expect(heard(), 'what the client hears before it stops reading').toEqual(['ADA 1']);
      peer.stall();
      for (let i = 1; i <= UNREAD; i++) call.write(follow(`${'?'.repeat(500)}${i}`));
      const { messagesRead } = await record();
      let taken = messagesRead;
      for (let quiet = 0; quiet < 30 && taken <= UNREAD; quiet++) {
        await server.barrier();
        const now = (await record()).messagesRead;
        if (now !== taken) quiet = 0;
        taken = now;
      }
      diagnose({ 'L4-10': () => taken > UNREAD / 2 });
      expect(taken, `requests taken of ${UNREAD} that a client sends without reading`).toBeLessThan(
        UNREAD / 2,
      );
      peer.resume();
      await catchUp(server, peer, () => peer.received.length > UNREAD);
      expect(peer.received.length, 'responses when it reads on').toBe(UNREAD + 1);
    },
  );
}

function describe({ event }: FollowPricesResponse): string {
  if (event.case === 'trade') return `${event.value.symbol} ${event.value.sequence}`;
  return `${event.case} ${event.value ?? ''}`.slice(0, 40);
}
