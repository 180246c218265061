import { type ServerWritableStream, status } from '@grpc/grpc-js';
import {
  type CheckContext,
  check,
  type Load,
  nameOf,
  type PeerStream,
  type Served,
} from '@streamlings/grading';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Ending, Exercise } from './checks.ts';

/** Declares the checks of `src/server.ts`. */
export function serverChecks(load: Load<Exercise>['server']): void {
  const start = async ({ world, serve }: CheckContext) => {
    const endings: Ending[] = [];
    const { handlers } = await load();
    const server = await serve(
      StreamingService,
      handlers(world, (ending) => endings.push(ending)),
    );
    const open = (topic: string, maxMessages: number) =>
      server.read(server.client.serverStreaming({ topic, maxMessages }));
    return { server, endings, open };
  };

  check(
    'sends the messages asked for, in order, and ends with OK',
    {
      hints: {
        'L2-03':
          'Every message has arrived, but no status: in grpc-js a handler that returns has told the client nothing. Which call on the stream stands for "that was all, and it went well"?',
        'L2-14':
          'The same message came more than once. `write` keeps a reference and serialises when the network is ready, which may be after your next line. What does the object hold by then?',
      },
      otherwise:
        'Compare what arrived with the comments on `ServerStreaming` and `StreamRequest` in streaming.proto. Which sentence is not true of your server yet?',
    },
    async (context) => {
      const { world, controls, diagnose } = context;
      const { server, open } = await start(context);
      const news = open('news', 5);
      diagnose({
        'L2-14': () => new Set(news.received.map(({ content }) => content)).size < news.received.length,
        'L2-03': ({ symptom }) =>
          symptom === 'stream never ended' && server.calls.length === 1 && news.received.length > 0,
      });
      await beSlow(server, news);
      expect(nameOf((await news.outcome).code), 'status of the stream').toBe(nameOf(status.OK));
      const contents = [1, 2, 3, 4, 5].map((number) => `Message ${number} for topic news`);
      expect(contentsOf(news), 'messages received for max_messages 5').toEqual(contents);
      expect(news.received[0]?.sender, 'sender of the first message').toBe('server');
      expect(news.received[0]?.timestamp, 'timestamp of the first message, in milliseconds').toBe(
        BigInt(world.clock.now()),
      );

      const unlimited = open('sport', 0);
      await unlimited.outcome;
      expect(unlimited.received.length, 'messages received for max_messages 0').toBe(10);

      controls.source.script({ items: 2 });
      const short = open('weather', 5);
      expect(nameOf((await short.outcome).code), 'status when the source has fewer').toBe(nameOf(status.OK));
      expect(short.received.length, 'messages received from a source of 2').toBe(2);
    },
  );

  check(
    'refuses an empty topic and a negative max_messages',
    {
      hints: {
        'L2-08':
          'Ending a stream without an error is the OK status: the client now believes that there was nothing to send. How does it learn that its request was wrong?',
        'L2-12':
          'The call has had its status, yet the handler went on to the source. What is left to do for a call that is over?',
      },
      otherwise: 'A wrong request has a status of its own. Which of the codes says "ask differently"?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, endings, open } = await start(context);
      let code: status | undefined;
      diagnose({
        'L2-08': () => code === status.OK,
        'L2-12': () => server.calls.at(-1)?.errors.length !== 0 && controls.source.pulls > 0,
      });
      for (const [topic, maxMessages] of [
        ['', 3],
        ['news', -1],
      ] as const) {
        const refused = open(topic, maxMessages);
        code = (await refused.outcome).code;
        const request = `topic ${JSON.stringify(topic)} and max_messages ${maxMessages}`;
        expect(nameOf(code), `status for ${request}`).toBe(nameOf(status.INVALID_ARGUMENT));
        await server.barrier(5);
        expect(controls.source.pulls, `items asked of the source for ${request}`).toBe(0);
        expect(endings, `endings reported for ${request}, which was not accepted`).toEqual([]);
      }
    },
  );

  check(
    'sends each message the moment its item exists',
    {
      hints: {
        'L2-06':
          'The source has yielded an item and waits for you to ask again; the client has received nothing. What does your handler collect, and who is waiting for the first one meanwhile?',
      },
      otherwise:
        'The source gives one item at a time here, and never one more than was asked for. What does your handler wait for before it writes, or before it ends?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      controls.source.script({ gated: true });
      const { server, open } = await start(context);
      diagnose({ 'L2-06': () => (server.calls[0]?.writes ?? 0) < controls.source.yielded });
      const stream = open('news', 3);
      for (const number of [1, 2, 3]) {
        controls.source.release();
        const message = await stream.message(number);
        expect(message?.content, `message ${number}, before item ${number + 1} exists`).toBe(
          `Message ${number} for topic news`,
        );
      }
      expect(nameOf((await stream.outcome).code), 'status after the last message').toBe(nameOf(status.OK));
    },
  );

  check(
    'answers a failing source with the mapped status',
    {
      hints: {
        'L1-03':
          'Your handler is async and its promise was rejected. grpc-js never looks at that promise, so the client waits on. Where does the failure have to be caught?',
        'L1-04':
          "The failure itself went to the client. Only a numeric gRPC code counts, anything else becomes UNKNOWN, and the message travels along. What may a stranger know about your server's insides?",
        'L2-07':
          'The call object was destroyed, and with it the only way to send a status; the client has its two messages and waits. How can an error be told to a stream without tearing it down?',
        'L2-08':
          'The client saw OK: a list that looks complete and is not. Which status would make it notice?',
        'L2-12':
          'More than one status was reported for one call, or something was written after it. The first one should be the end. Does your handler return there?',
      },
      otherwise:
        'The source throws errors with a `code`. Which status does each of them become, and what becomes of the rest?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, open } = await start(context);
      const secret = '/srv/topics/news.db is damaged';
      let seen = { code: status.OK, details: '' };
      diagnose({
        'L1-03': () => server.calls.some(({ rejected }) => rejected.length > 0),
        'L2-12': () =>
          server.calls.some(
            ({ errors }) => errors.length > 1 && errors[0] !== errors[1] && isStatus(errors[0]),
          ),
        'L2-07': ({ symptom }) => symptom === 'call destroyed without trailers',
        'L1-04': () => seen.code === status.UNKNOWN || seen.details.includes(secret),
        'L2-08': () => server.calls.at(-1)?.ends !== 0 && seen.code === status.OK,
      });
      for (const [failCode, expected] of [
        ['ENOENT', status.NOT_FOUND],
        ['EACCES', status.PERMISSION_DENIED],
        ['EIO', status.INTERNAL],
      ] as const) {
        controls.source.script({ failAfter: 2, failCode, failMessage: secret });
        const stream = open('news', 5);
        await beSlow(server, stream);
        seen = await stream.outcome;
        expect(nameOf(seen.code), `status after ${failCode}`).toBe(nameOf(expected));
        expect(contentsOf(stream), `messages received before ${failCode}`).toHaveLength(2);
        expect(seen.details, 'details of the status').not.toContain(secret);
      }
    },
  );

  check(
    'stops everything when the client leaves',
    {
      hints: {
        'L2-02':
          'The client is gone, but the source is still open or a timer still runs. Nobody stops your loop from outside, least of all while it waits. Which event of the call could reach the thing that it waits for?',
      },
      otherwise: 'The check reads one message and cancels. What of your handler is left after that?',
    },
    async (context) => {
      const { controls, leaks, diagnose } = context;
      const { server, open } = await start(context);
      diagnose({
        'L2-02': () => controls.source.open > 0 || leaks.timers > 0 || controls.clock.pending > 0,
      });
      const busy = open('news', 1_000_000);
      expect((await busy.message(3))?.content, 'a message of a busy stream').toBe('Message 3 for topic news');
      busy.cancel();
      await server.barrier(5);
      expect(controls.source.open, 'sources still open after the client left').toBe(0);

      controls.source.script({ gated: true });
      const waiting = open('sport', 5);
      controls.source.release();
      await waiting.message(1);
      await server.barrier(5);
      waiting.cancel();
      await server.barrier(5);
      expect(controls.source.open, 'sources still open after the client left a waiting handler').toBe(0);
      expect(leaks.timers + controls.clock.pending, 'timers still running after the client left').toBe(0);
    },
  );

  check(
    'reports once how each call ended: completed, failed or aborted',
    {
      hints: {
        'L2-11':
          'A call that went well was reported as aborted. `cancelled` fires when a call is over, however it ended. What does your handler know at that moment that the event does not tell?',
      },
      otherwise:
        'One call was served whole, one broke, one was left by its client. At which three places in your handler does that become certain?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      const { server, endings, open } = await start(context);
      let aborted = 0;
      diagnose({ 'L2-11': () => endings.filter((ending) => ending === 'aborted').length > aborted });
      controls.source.script({ items: 2 });
      const whole = open('news', 5);
      expect(nameOf((await whole.outcome).code), 'status of a whole stream').toBe(nameOf(status.OK));
      await server.barrier(5);
      expect(endings, 'endings reported after a whole stream').toEqual(['completed']);

      controls.source.script({ failAfter: 1 });
      await open('news', 5).outcome;
      await server.barrier(5);
      expect(endings, 'endings reported after a broken stream').toEqual(['completed', 'failed']);

      controls.source.script({ gated: true });
      const left = open('news', 5);
      await server.call(3);
      aborted = 1;
      left.cancel();
      await server.barrier(5);
      expect(endings, 'endings reported after the client left').toEqual(['completed', 'failed', 'aborted']);
    },
  );
}

/** Keeps what the latest call writes in its queue for a while, as a slow network does. */
async function beSlow(server: Served<typeof StreamingService>, stream: PeerStream<Message>): Promise<void> {
  const record = await Promise.race([server.call(server.calls.length + 1), stream.outcome]);
  if (!('call' in record)) return;
  const call = record.call as ServerWritableStream<unknown, unknown>;
  call.cork();
  for (let round = 0; round < 20 && record.ends === 0; round++) await server.barrier();
  call.uncork();
}

function isStatus(error: unknown): boolean {
  return typeof (error as { code?: unknown }).code === 'number';
}

function contentsOf(stream: PeerStream<Message>): string[] {
  return stream.received.map(({ content }) => content);
}
