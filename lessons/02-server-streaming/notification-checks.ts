import { timestampMs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf, type PeerStream } from '@streamlings/grading';
import {
  NotificationService,
  Severity,
  SubscriptionType,
} from '@streamlings/proto/streamlings/notification/v1/notification';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';

/** Declares the checks of `src/notifications.ts`. */
export function notificationChecks(load: Load<Exercise>['notifications']): void {
  const start = async ({ world, controls, serve }: CheckContext) => {
    const { handlers } = await load();
    const server = await serve(NotificationService, handlers(world));
    const subscribe = async (topics: string[], minSeverity: Severity = Severity.UNSPECIFIED) => {
      const call = server.client.subscribe({ topics, minSeverity, type: SubscriptionType.REALTIME });
      const arrived = server.call(server.calls.length + 1);
      const stream = server.read(call);
      const subscribed = arrived.then(() => server.barrier(2));
      const early = await Promise.race([stream.outcome, subscribed]);
      expect(early && nameOf(early.code), 'status right after the subscription').toBeUndefined();
      return stream;
    };
    const publish = (topic: string, text: string, level: number = Severity.INFO) =>
      controls.bus.publish({ topic, text, level, timeMs: world.clock.now() });
    return { server, subscribe, publish };
  };

  check(
    'refuses what it cannot deliver, and listens to nothing then',
    {
      hints: {
        'L2-12':
          'The call has had its status, and your server listens for it all the same. What is left to do for a call that is over?',
      },
      otherwise:
        'notification.proto says which requests are refused, and with which code. Which of them gets another answer?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server } = await start(context);
      const before = controls.bus.subscriptions;
      const added = () => controls.bus.subscriptions - before;
      diagnose({ 'L2-12': () => server.calls.at(-1)?.errors.length !== 0 && added() > 0 });
      const { UNSPECIFIED, REALTIME, BATCH } = SubscriptionType;
      for (const [topics, type, code] of [
        [[], REALTIME, status.INVALID_ARGUMENT],
        [['deploys', ''], REALTIME, status.INVALID_ARGUMENT],
        [['deploys'], UNSPECIFIED, status.INVALID_ARGUMENT],
        [['deploys'], BATCH, status.UNIMPLEMENTED],
      ] as const) {
        const stream = server.read(server.client.subscribe({ topics: [...topics], type }));
        const arrived = server.call(server.calls.length + 1);
        const outcome = await Promise.race([stream.outcome, arrived.then(() => server.barrier(2))]);
        expect(added(), 'listeners added to the bus for refused requests').toBe(0);
        const label = `status for topics ${JSON.stringify(topics)} and type ${type}`;
        expect(outcome && nameOf(outcome.code), label).toBe(nameOf(code));
      }
    },
  );

  check(
    'delivers a notification with its topic, text, severity and time',
    {
      hints: {
        'L1-12':
          'The time is off. A Timestamp counts seconds since 1970 and, in another field, nanoseconds; `timeMs` counts milliseconds. Which of your numbers has the wrong unit?',
      },
      otherwise:
        'An event on the bus has a topic, a text, a level and a time. Which field of the notification does each of them become?',
    },
    async (context) => {
      const { subscribe, publish } = await start(context);
      const { diagnose, world } = context;
      const timeMs = () => stream.received[0]?.timestamp && timestampMs(stream.received[0].timestamp);
      const stream = await subscribe(['deploys']);
      diagnose({ 'L1-12': () => stream.received.length > 0 && timeMs() !== world.clock.now() });
      publish('deploys', 'version 7 is out', Severity.WARNING);
      const { topic, message, severity } = (await stream.message(1)) ?? {};
      expect({ topic, message, severity }, 'the notification').toEqual({
        topic: 'deploys',
        message: 'version 7 is out',
        severity: Severity.WARNING,
      });
      expect(timeMs(), 'its timestamp, in milliseconds since the epoch').toBe(world.clock.now());
    },
  );

  check(
    'sends nothing that was not asked for',
    {
      hints: {
        'L2-15':
          'Notifications crossed the wire that this subscriber did not ask for. Throwing them away on arrival would pay for the trip first. Who knows early enough?',
      },
      otherwise:
        'Two things decide whether a notification is wanted, and one of them may be left out. What does an unspecified severity mean?',
    },
    async (context) => {
      const { subscribe, publish } = await start(context);
      const wanted = await subscribe(['deploys', 'alerts'], Severity.ERROR);
      const everything = await subscribe(['deploys']);
      const textsOf = (stream: typeof wanted) => stream.received.map(({ message }) => message);
      context.diagnose({
        'L2-15': () =>
          [...textsOf(wanted), ...textsOf(everything)].some((text) => text.startsWith('unwanted')),
      });
      publish('alerts', 'unwanted by severity', Severity.WARNING);
      publish('deploys-eu', 'unwanted by topic', Severity.CRITICAL);
      publish('deploys', 'an error', Severity.ERROR);
      publish('alerts', 'a disaster', Severity.CRITICAL);
      await wanted.message(2);
      expect(textsOf(wanted), 'sent for deploys and alerts from ERROR on').toEqual([
        'an error',
        'a disaster',
      ]);
      publish('deploys', 'a note', Severity.INFO);
      await everything.message(2);
      expect(textsOf(everything), 'sent for deploys of any severity').toEqual(['an error', 'a note']);
    },
  );

  check(
    'unsubscribes when the call is over, and only that call',
    {
      hints: {
        'L2-02':
          'The subscriber is gone, and the bus still calls your listener, for every event, for ever. Which event of the call is sure to come when the client leaves?',
      },
      otherwise: 'Four clients subscribe and three of them leave. What does the last one get?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, subscribe, publish } = await start(context);
      const written = () => server.calls.slice(0, 3).map(({ writes }) => writes);
      diagnose({ 'L2-02': () => controls.bus.listeners > 2 || written().some((writes) => writes > 1) });
      const leavers = [];
      for (let number = 1; number <= 3; number++) leavers.push(await subscribe(['deploys']));
      const stayer = await subscribe(['deploys']);
      publish('deploys', 'to all');
      for (const leaver of leavers) {
        expect((await leaver.message(1))?.message, 'the notification before anybody left').toBe('to all');
        leaver.cancel();
      }
      await server.barrier(5);
      // One for the client that stays, and one more for a server that always listens and passes things on.
      expect(controls.bus.listeners, 'listeners on the bus after three of four left').toBeLessThanOrEqual(2);
      publish('deploys', 'to one');
      expect((await stayer.message(2))?.message, 'the notification after three left').toBe('to one');
      expect(written(), 'notifications written to each of the three that left').toEqual([1, 1, 1]);
    },
  );

  check(
    'splits a long text without breaking a character',
    {
      hints: {
        'L2-16':
          'A part is too long, or a character came out broken. A character takes one to four bytes of UTF-8, and one or two units of a JavaScript string. Which of the three did you count, and where did you cut?',
      },
      otherwise:
        'The parts, put together, must be the text; each of them fits into 64 bytes of UTF-8, and none is empty. Which of the three is not so?',
    },
    async (context) => {
      const { subscribe, publish } = await start(context);
      const stream = await subscribe(['stories']);
      let parts: string[] = [];
      context.diagnose({ 'L2-16': () => parts.length > 0 && !parts.includes('') });
      for (const text of [
        'a'.repeat(64),
        'b'.repeat(65),
        `${'c'.repeat(63)}é and ${'d'.repeat(70)}`,
        '€'.repeat(50),
        `x${'👍'.repeat(40)}`,
        `${'e'.repeat(61)}👍${'ü'.repeat(31)}€`,
      ]) {
        const before = stream.received.length;
        publish('stories', text);
        publish('stories', 'mark');
        parts = await untilMark(stream, before);
        const label = `of ${JSON.stringify(text.length > 20 ? `${text.slice(0, 8)}…` : text)}`;
        expect(parts.join(''), `the parts ${label}, put together`).toBe(text);
        expect(parts, `the parts ${label}`).not.toContain('');
        expect(
          Math.max(...parts.map((part) => Buffer.byteLength(part))),
          `bytes of the longest part ${label}`,
        ).toBeLessThanOrEqual(64);
      }
    },
  );
}

/** Reads the messages after position `from`, up to the one that says `mark`. */
async function untilMark(stream: PeerStream<{ message: string }>, from: number): Promise<string[]> {
  const parts: string[] = [];
  for (let position = from + 1; ; position++) {
    const part = await stream.message(position);
    if (part === undefined || part.message === 'mark') return parts;
    parts.push(part.message);
  }
}
