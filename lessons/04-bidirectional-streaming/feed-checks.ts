import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import type { RequestInit } from '@streamlings/grpc';
import { FeedService } from '@streamlings/proto/streamlings/feed/v1/feed';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';
import { destroyedCallHint } from './destroyed-call.ts';

type Change = RequestInit<typeof FeedService, 'follow'>;

const follow = (value: string): Change => ({ change: { case: 'follow', value } });
const leave = (value: string): Change => ({ change: { case: 'leave', value } });

/** Declares the checks of `src/feed.ts`. */
export function feedChecks(load: Load<Exercise>['feed']): void {
  const start = async ({ world, controls, serve }: CheckContext) => {
    const { handlers } = await load();
    const server = await serve(FeedService, handlers(world));
    const call = server.client.follow();
    const updates = server.read(call);
    /** Writes requests, and gives the handler the time to read them. */
    const request = async (...changes: Change[]) => {
      for (const change of changes) call.write(change);
      await server.call(1);
      await server.barrier(5);
    };
    const publish = async (topic: string, text: string) => {
      controls.bus.publish({ topic, text, level: 1, timeMs: 0 });
      await server.barrier(5);
    };
    const texts = () => updates.received.map(({ topic, text }) => `${topic}: ${text}`);
    return { server, call, updates, request, publish, texts };
  };

  check(
    'sends updates while requests still come',
    {
      hints: {
        'L4-02':
          'The client follows a topic and keeps its half of the call open, as it may for days; your handler waits for the end of the requests before it begins. When does it know enough to send the first update?',
        'L4-11':
          'A client hears of topics that only another one follows. Your handler runs once for each call, and what it remembers is shared by all of them or by none. Where does the list of topics live?',
        'L4-05':
          'Updates are not answers: events come when they come, none for one request and many for another. What in your handler decides when something is sent?',
      },
      otherwise:
        'The client follows `news`; two events come, and one on a topic nobody asked for. Then it follows `sport` as well. Which updates should it get?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, updates, request, publish, texts } = await start(context);
      let isMixedUp = false;
      diagnose({
        'L4-02': () => controls.bus.subscriptions === 0,
        'L4-11': () => isMixedUp,
        'L4-05': () => controls.bus.published > 1 && updates.received.length <= 1,
      });
      await request(follow('news'));
      // What one client follows is no affair of another.
      const neighbour = server.client.follow();
      const heard = server.read(neighbour);
      neighbour.write(follow('sport'));
      await server.call(2);
      await server.barrier(5);
      await publish('news', 'one');
      await publish('sport', 'not asked for');
      await publish('news', 'two');
      isMixedUp = texts().includes('sport: not asked for');
      expect(texts(), 'updates after `follow: news`').toEqual(['news: one', 'news: two']);
      expect(
        heard.received.map(({ topic }) => topic),
        'topics that another client hears of after `follow: sport`',
      ).toEqual(['sport']);
      heard.cancel();
      await server.barrier(5);
      await request(follow('sport'), follow('sport'));
      await publish('sport', 'three');
      await publish('news', 'four');
      expect(texts().slice(2), 'updates after `follow: sport`').toEqual(['sport: three', 'news: four']);
      await request(leave('news'), leave('weather'));
      await publish('news', 'left by now');
      await publish('sport', 'five');
      expect(texts().slice(4), 'updates after `leave: news`').toEqual(['sport: five']);
    },
  );

  check(
    'goes on after the half-close',
    {
      hints: {
        'L4-01': destroyedCallHint,
        'L4-04':
          'The client has said all that it wanted to say, and your handler took that for a goodbye. A half-close ends one of the two streams. Which one is it, and what does feed.proto say about the other?',
      },
      otherwise:
        'The client follows `news` and half-closes. Which of the two streams is over now, and what happens on the other?',
      environment: ['L4-01'],
    },
    async (context) => {
      const { diagnose } = context;
      const { server, call, updates, request, publish, texts } = await start(context);
      let isOver = false;
      void updates.outcome.then(() => {
        isOver = true;
      });
      diagnose({
        'L4-01': () => server.calls[0]?.destroyed === true,
        'L4-04': () => isOver || (server.calls[0]?.ends ?? 0) > 0,
      });
      await request(follow('news'));
      call.end();
      await server.barrier(5);
      await publish('news', 'one');
      await publish('news', 'two');
      expect(texts(), 'updates after the half-close').toEqual(['news: one', 'news: two']);
      expect(isOver, 'whether the call is over').toBe(false);
    },
  );

  check(
    'refuses a request that changes nothing, and stops sending with it',
    {
      hints: {
        'L4-14':
          'One half of your handler has failed, and the other does not know. Reading and sending run beside each other: a failure in the one is caught by nobody in the other, and ends nothing there. What could both of them look at?',
        'L2-08':
          'The refused request was passed over, or ended the call with OK. How does the client learn that it was wrong?',
      },
      otherwise:
        'The client follows a topic and then sends a request without a change, or with an empty topic. Which status should it get, and who has to hear of it on your side?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      let code: status | undefined;
      let isCounted = false;
      diagnose({
        'L4-14': ({ crash }) => crash !== undefined || (isCounted && controls.bus.listeners > 0),
        'L2-08': () => code !== status.INVALID_ARGUMENT,
      });
      for (const wrong of [{}, follow(''), leave('')]) {
        isCounted = false;
        const { server, updates, request, publish, texts } = await start(context);
        await request(follow('news'));
        await publish('news', 'one');
        await request(wrong);
        await publish('news', 'too late');
        isCounted = true;
        void updates.outcome.then((outcome) => {
          code = outcome.code;
        });
        await server.barrier(3);
        expect(code && nameOf(code), `status after the request ${JSON.stringify(wrong)}`).toBe(
          nameOf(status.INVALID_ARGUMENT),
        );
        expect(controls.bus.listeners, 'listeners after a request was refused').toBe(0);
        expect(texts(), 'updates of a call that was refused').toEqual(['news: one']);
      }
    },
  );

  check(
    'stops listening when the client has left',
    {
      hints: {
        'L4-14':
          'The client has left, and your handler still listens to the bus. The end of the requests is one thing, the end of the call another; it may come first, or alone. Which event comes whatever the client did?',
      },
      otherwise:
        'One client cancels while its requests are open, one after its half-close. How many listeners are left?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      let isOver = false;
      diagnose({ 'L4-14': () => isOver && controls.bus.listeners > 0 });
      for (const halfCloses of [false, true]) {
        const { server, call, updates, request } = await start(context);
        await request(follow('news'));
        expect(controls.bus.listeners, 'listeners of a running call').toBeGreaterThan(0);
        if (halfCloses) call.end();
        await server.barrier(3);
        updates.cancel();
        await server.barrier(10);
        isOver = true;
        const how = halfCloses ? 'after its half-close' : 'while its requests were open';
        expect(controls.bus.listeners, `listeners after the client left ${how}`).toBe(0);
        isOver = false;
      }
    },
  );
}
