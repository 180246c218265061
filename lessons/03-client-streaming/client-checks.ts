import { status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, type Served } from '@streamlings/grading';
import type { ServiceHandler } from '@streamlings/grpc';
import {
  type Message,
  StreamingService,
  type StreamResponse,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect } from 'vitest';
import type { Exercise } from './checks.ts';

type Handler = ServiceHandler<typeof StreamingService, 'clientStreaming'>;

/** Declares the checks of `src/client.ts`. */
export function clientChecks(load: Load<Exercise>['client']): void {
  /** Serves a handler that counts at half-close; `onMessage` may answer before. */
  const start = async (
    { world, serve }: CheckContext,
    onMessage: (count: number, answer: Parameters<Handler>[1]) => void = () => {},
  ) => {
    const { sendAll } = await load();
    const arrivals = new Arrivals();
    const answered = Promise.withResolvers<void>();
    const server: Served<typeof StreamingService> = await serve(StreamingService, {
      clientStreaming: (call, callback) => {
        const contents: string[] = [];
        let isOver = false;
        const answer: typeof callback = (...args) => {
          if (isOver || call.cancelled) return;
          isOver = true;
          callback(...args);
          answered.resolve();
        };
        call.on('data', ({ content }: Message) => {
          contents.push(content);
          onMessage(contents.length, answer);
          arrivals.add(content);
        });
        // A cancelled upload ends, too, and is known to be cancelled only a little later.
        call.on('end', () => {
          const count = () =>
            answer(null, { messagesProcessed: contents.length, status: contents.join(', ') });
          server.barrier(5).then(count, () => {});
        });
      },
    });
    return {
      server,
      arrivals,
      answered: answered.promise,
      sendAll: (topic: string) => sendAll(server.address, topic, world),
    };
  };

  check(
    'sends every item, half-closes, and resolves with the answer',
    {
      hints: {
        'L3-01':
          'The server has read all your messages and waits for more. The callback is told when the answer is there; it does not bring it about. What tells the server that nothing more will come?',
        'L3-12':
          'The call was half-closed before all items were in it. What is written later is lost, at times with an error and at times without a word. What has to be over before you may say that this was all?',
      },
      otherwise:
        'The source has three items, and then none at all. What does the server see of them, and what does your caller get?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      controls.source.script({ items: 3 });
      const { server, sendAll } = await start(context);
      diagnose({
        'L3-12': ({ crash }) =>
          isWriteAfterEnd(crash) || (controls.source.opened > 0 && server.calls[0]?.halfClosed === true),
        'L3-01': ({ symptom }) => symptom === 'no half-close',
      });
      const response = await sendAll('news');
      expect(response.status, 'messages that the server has read').toBe(
        'Item 1 about news, Item 2 about news, Item 3 about news',
      );
      controls.source.script({ items: 0 });
      expect((await sendAll('nothing')).messagesProcessed, 'messages of an empty source').toBe(0);
    },
  );

  check(
    'sends each item the moment it exists',
    {
      hints: {
        'L2-06':
          'The source has yielded an item and waits for you to ask again; the server has seen nothing. What do you collect, and who waits for it?',
      },
      otherwise:
        'The source gives one item at a time here, and the next one only when the server has the last. What does your client wait for before it writes?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      controls.source.script({ gated: true, items: 3 });
      const { arrivals, sendAll } = await start(context);
      diagnose({ 'L2-06': () => controls.source.yielded > arrivals.contents.length });
      const sending = sendAll('news');
      for (const number of [1, 2, 3]) {
        controls.source.release();
        await Promise.race([arrivals.count(number), sending]);
        expect(arrivals.contents.length, `messages that the server has read after item ${number}`).toBe(
          number,
        );
      }
      controls.source.release();
      expect((await sending).messagesProcessed, 'messages_processed').toBe(3);
    },
  );

  check(
    'stops the call when its source fails, and rejects with that failure',
    {
      hints: {
        'L3-10':
          'A failing source is news for two: the server, which waits for the rest until it is told that none will come, and your caller, who wants the cause and not the CANCELLED that comes back when you have told the server. Which of the two has not heard it?',
        'L3-04':
          'The source has failed, and the server was told that this was everything: it takes half an upload for a whole one. Which two ways of ending a call from your side are there, and what does each of them say?',
      },
      otherwise:
        'The source fails with EIO behind the first item. What does the server learn, and what does your caller?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      controls.source.script({ gated: true, failAfter: 1, failMessage: 'the sensor is unplugged' });
      let error: { code?: unknown; message: string } | undefined;
      const { server, arrivals, answered, sendAll } = await start(context);
      diagnose({
        'L3-04': () => server.calls[0]?.answers.length !== 0 && !server.calls[0]?.cancelled,
        'L3-10': () => server.calls[0]?.cancelled === false || error?.code === status.CANCELLED,
      });
      const sending = sendAll('news');
      const failure = sending.then(
        () => undefined,
        (reason: { code?: unknown; message: string }) => reason,
      );
      controls.source.release();
      await Promise.race([arrivals.count(1), failure]);
      expect(arrivals.contents.length, 'messages that the server has read before the source fails').toBe(1);
      controls.source.release();
      const call = await server.call(1);
      await Promise.race([call.whenCancelled, answered]);
      expect(call.cancelled, 'whether the server was told that the upload is off').toBe(true);
      error = await failure;
      expect(error?.code, 'code of the error that `sendAll` rejected with').toBe('EIO');
      expect(error?.message, 'its message').toBe('the sensor is unplugged');
    },
  );

  check(
    'stops sending when the answer is in, be it good or bad',
    {
      hints: {
        'L3-15':
          'The answer is in, and the source is still open: your client makes messages that nobody will read, or waits for an item that nobody needs. The server may answer before you have half-closed. Who tells the source?',
      },
      otherwise:
        'The server answers after two messages, from a source that never ends: first with OK, then with an error. What ends your sending? And who holds the promise of the answer while you are still busy with the source?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      let code = status.OK;
      const { server, arrivals, sendAll } = await start(context, (count, answer) => {
        if (count !== 2) return;
        if (code === status.OK) answer(null, { messagesProcessed: 2, status: 'enough' });
        else answer({ code, details: 'the disk is full' });
      });
      diagnose({
        'L3-15': ({ crash }) => !crash && controls.source.open > 0,
      });
      expect((await sendAll('busy')).status, 'the answer to the first two messages').toBe('enough');
      await server.barrier(5);
      expect(controls.source.open, 'sources still open after the answer').toBe(0);

      controls.source.script({ gated: true });
      controls.source.release(2);
      expect((await sendAll('waiting')).status, 'the answer while the source waits').toBe('enough');
      await server.barrier(5);
      expect(controls.source.open, 'sources still open after the answer').toBe(0);

      code = status.RESOURCE_EXHAUSTED;
      for (const script of [{}, { gated: true }]) {
        controls.source.script(script);
        const seen = arrivals.contents.length;
        const failure: { code?: unknown } | undefined = await sendAll('full').then(
          () => undefined,
          (error) => error,
        );
        expect(arrivals.contents.length, 'whether the upload was begun').toBeGreaterThan(seen);
        expect(failure?.code, 'code of the error that `sendAll` rejected with').toBe(code);
        await server.barrier(5);
        expect(controls.source.open, 'sources still open after the bad answer').toBe(0);
      }
    },
  );

  check(
    'closes its connection, whichever way the call ended',
    {
      hints: {
        'L1-15':
          'A connection is still open after the function is done. A client keeps its channel until it is closed. On which ways out of your function does that happen?',
      },
      otherwise:
        'Look at each way out: the answer, the error of the call, the failure of the source. What is still open after it?',
    },
    async (context) => {
      const { controls, diagnose } = context;
      let fails = false;
      const { server, sendAll, arrivals } = await start(context, (_count, answer) => {
        if (fails) answer({ code: status.PERMISSION_DENIED, details: 'not you' });
      });
      diagnose({ 'L1-15': () => server.connections.open > 0 });
      controls.source.script({ items: 3 });
      const { messagesProcessed }: StreamResponse = await sendAll('news');
      expect(messagesProcessed, 'messages_processed').toBe(3);
      await server.connections.allClosed();
      fails = true;
      await expect(sendAll('secret'), '`sendAll` after PERMISSION_DENIED').rejects.toThrow();
      await server.connections.allClosed();
      fails = false;
      controls.source.script({ gated: true, failAfter: 1 });
      controls.source.release();
      const seen = arrivals.contents.length;
      const sending = sendAll('broken');
      await Promise.race([arrivals.count(seen + 1), sending]);
      controls.source.release();
      await expect(sending, '`sendAll` after a failure of the source').rejects.toThrow();
      await server.connections.allClosed();
    },
  );
}

function isWriteAfterEnd(crash: Error | undefined): boolean {
  return (crash?.cause as NodeJS.ErrnoException | undefined)?.code === 'ERR_STREAM_WRITE_AFTER_END';
}

/** Counts what the server has read. */
class Arrivals {
  readonly contents: string[] = [];
  #waiter: { count: number; resolve: () => void } | undefined;

  add(content: string): void {
    this.contents.push(content);
    if (this.contents.length === this.#waiter?.count) this.#waiter.resolve();
  }

  /** Resolves once the server has read `count` messages in all. */
  count(count: number): Promise<void> {
    if (this.contents.length >= count) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiter = { count, resolve };
    return promise;
  }
}
