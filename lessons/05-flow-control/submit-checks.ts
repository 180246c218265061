import { type ServerDuplexStream, status } from '@grpc/grpc-js';
import { type CheckContext, check, type Load, nameOf } from '@streamlings/grading';
import {
  ObservatoryService,
  type Picture,
  type Receipt,
} from '@streamlings/proto/streamlings/observatory/v1/observatory';
import { expect } from 'vitest';
import type { Exercise, PictureRow } from './checks.ts';

type Call = ServerDuplexStream<Picture, Partial<Receipt>>;

const PICTURE_BYTES = 16 * 1024;
/** 3.1 MiB, well above what a retry buffer, the windows and the queues hold. */
const PICTURES = 200;
/** The retry buffer's MiB in pictures, and as much again as fits on the way. */
const MAX_AHEAD = 2 ** 20 / PICTURE_BYTES + 64;
const ROUNDS = 100;

/** Declares the checks of `src/client.ts` that are about writing. */
export function submitChecks(load: Load<Exercise>['client']): void {
  const start = async ({ world, serve }: CheckContext, handle: (call: Call) => void) => {
    const { download, startShow, submit } = await load();
    const server = await serve(ObservatoryService, {
      readPictures: (call) => {
        if (call.request.night === 'cloudy')
          call.emit('error', { code: status.NOT_FOUND, details: 'clouds' });
        else call.write({ number: 1 });
      },
      submitPictures: handle as (call: unknown) => void,
    });
    const data = world.random.bytes(PICTURE_BYTES);
    const camera = { pulls: 0 };
    async function* takePictures(count: number, first = 1): AsyncGenerator<PictureRow> {
      for (let number = first; number < first + count; number++) {
        camera.pulls++;
        await new Promise((resolve) => setImmediate(resolve));
        yield { number, data };
      }
    }
    /** Takes one picture, and breaks when `light` is there. */
    async function* takeOne(light: Promise<unknown>): AsyncGenerator<PictureRow> {
      yield* takePictures(1);
      await light;
      throw new Error('the shutter is broken');
    }
    /** Gives the client the time to pull what it wants to, and no more than it should not. */
    const settle = async () => {
      let { pulls } = camera;
      for (let quiet = 0; quiet < ROUNDS && camera.pulls <= MAX_AHEAD; quiet++) {
        await server.barrier();
        if (camera.pulls !== pulls) quiet = 0;
        pulls = camera.pulls;
      }
    };
    return { download, startShow, submit, server, camera, takePictures, takeOne, settle };
  };

  check(
    'calls delivered what a receipt has come for, and nothing else',
    {
      hints: {
        'L5-10':
          'You have called a picture delivered, and the server has answered nothing. `write()` puts it into a queue of yours; the network, the server and its disk come after that. Whose word do you need?',
        'L5-06':
          'One picture has arrived, and your client waits: for a `drain` that does not come, as `write()` returned true. When is there something to wait for?',
        'L3-01':
          'The server has read all your pictures and waits for more. What tells it that there are none?',
      },
      otherwise:
        'The server has read three pictures, and sends its receipts later, one by one. What does `onDelivered` hear, and when?',
    },
    async (context) => {
      const delivered: number[] = [];
      const progress: Array<() => void> = [];
      const read = Promise.withResolvers<Call>();
      let seen = 0;
      const { submit, server, takePictures } = await start(context, (call) => {
        call.on('data', () => {
          if (++seen === 3) read.resolve(call);
        });
        call.on('end', () => {});
      });
      let sent = 0;
      context.diagnose({
        'L5-10': () => delivered.some((count) => count > sent) || delivered.length > sent,
        'L5-06': ({ symptom }) => symptom !== undefined && seen > 0 && seen < 3,
        'L3-01': () => sent === 3 && server.calls[0]?.halfClosed === false,
      });
      const submitting = submit(server.address, takePictures(3, 11), (count) => {
        delivered.push(count);
        progress.shift()?.();
      });
      const call = await Promise.race([read.promise, submitting]);
      await server.barrier(5);
      expect(delivered, 'what was called delivered before the first receipt').toEqual([]);
      for (const number of [1, 2, 3]) {
        const heard = new Promise<void>((resolve) => progress.push(resolve));
        sent = number;
        call?.write({ number: 10 + number });
        await Promise.race([heard, submitting]);
        await server.barrier(2);
        expect(delivered.at(-1), `what was called delivered after receipt ${number}`).toBe(number);
      }
      call?.end();
      await submitting;
      expect(delivered, 'all that was called delivered').toEqual([1, 2, 3]);
      expect(server.calls[0]?.halfClosed, 'whether the client has half-closed').toBe(true);
    },
  );

  check(
    'takes from its source what the call has room for',
    {
      hints: {
        'L3-06':
          'The server has read one picture, and your source is empty: all the rest waits in your process. The first MiB is accepted for a retry, whoever reads; from then on `write()` tells you. Who listens?',
        'L5-05':
          'The server got other pictures than the source gave. A `write()` that returns false has taken its message. What does false say about the next one, and what about this one?',
      },
      otherwise:
        'The server reads one picture of 200 and stands still for a while. How many should have left the source by then, and which ones should arrive in the end?',
    },
    async (context) => {
      const arrived: number[] = [];
      const first = Promise.withResolvers<Call>();
      const { submit, server, camera, takePictures, settle } = await start(context, (call) => {
        call.on('data', ({ number }) => {
          if (arrived.push(number) === 1) {
            call.pause();
            first.resolve(call);
          }
          call.write({ number });
        });
        call.on('end', () => call.end());
      });
      context.diagnose({
        'L3-06': () => camera.pulls > MAX_AHEAD && arrived.length < PICTURES,
        'L5-05': () => arrived.length > 0,
      });
      const submitting = submit(server.address, takePictures(PICTURES), () => {});
      const call = await Promise.race([first.promise, submitting]);
      await settle();
      expect(
        camera.pulls,
        'pictures taken from the source for a server that stands still',
      ).toBeLessThanOrEqual(MAX_AHEAD);
      call?.resume();
      await submitting;
      expect(arrived, 'numbers of the pictures that have arrived').toEqual(
        Array.from({ length: PICTURES }, (_, at) => at + 1),
      );
    },
  );

  check(
    'comes to an end with the call, and closes its connection',
    {
      hints: {
        'L5-04':
          'The call has ended with a status, and your client still waits: for `drain`, which belongs to a call that goes on, or for its source, which does not know. What else can happen to a call while you wait?',
        'L2-04':
          'The status reached your process as an `error` event that nobody listened to, and Node ends a process for that. Who, in your way of reading and writing, gets the bad news?',
        'L4-14':
          'One night has failed and your caller has heard of it; the other night goes on for nobody. Loops that run beside each other end by themselves, or not at all. Who tells the others?',
        'L1-15':
          'A call is over and its connection is open. A channel that is not closed keeps a socket, and a process, alive. On which ways out of your functions does that happen?',
      },
      otherwise:
        'Calls end early: an upload that nobody reads, one whose source breaks, one that the server has enough of; a download that fails, a show without a night. What does the caller of each function hear, what does the server, and how many connections are left?',
    },
    async (context) => {
      const arrived = Promise.withResolvers<Call>();
      let hasEnough = false;
      const { download, startShow, submit, server, camera, takePictures, takeOne, settle } = await start(
        context,
        (call) => {
          call.once('data', () => {
            call.pause();
            if (hasEnough) call.end();
            else arrived.resolve(call);
          });
        },
      );
      let isOver = false;
      context.diagnose({
        'L2-04': ({ crash }) => crash !== undefined,
        'L4-14': ({ label }) => label.startsWith('nights that have ended'),
        'L1-15': () => isOver && server.connections.open > 0,
        'L5-04': ({ symptom }) => symptom !== undefined && symptom !== 'no call arrived',
      });
      const submitting = codeOf(submit(server.address, takePictures(PICTURES), () => {}));
      const call = await Promise.race([arrived.promise, submitting]);
      await settle();
      if (typeof call === 'object') call.emit('error', { code: status.RESOURCE_EXHAUSTED, details: 'full' });
      expect(nameOf(await submitting), 'how an upload ended that the server refused').toBe(
        nameOf(status.RESOURCE_EXHAUSTED),
      );
      const { pulls } = camera;
      await server.barrier(5);
      expect(camera.pulls, 'pictures taken from the source in the end').toBe(pulls);
      const broken = await submit(server.address, takeOne(server.call(2)), () => {}).catch(
        (error: Error) => error,
      );
      expect((broken as Error | undefined)?.message, 'how an upload ended whose source broke').toBe(
        'the shutter is broken',
      );
      await server.barrier(5);
      expect(server.calls[1]?.cancelled, 'whether the server has heard that a source broke').toBe(true);
      hasEnough = true;
      // With OK or with an error of the client's own: what counts is that it ends.
      await submit(server.address, takeOne(new Promise(() => {})), () => {}).catch(() => {});
      const keep = async () => {};
      const missed = codeOf(download(server.address, ['cloudy'], keep, keep));
      expect(nameOf(await missed), 'how a download of a missing night ended').toBe(nameOf(status.NOT_FOUND));
      const failing = download(server.address, ['clear', 'starry'], keep, async (night) => {
        if (night === 'clear') throw new Error('the shelf is full');
      });
      const failure = await failing.catch((error: Error) => error);
      expect((failure as Error | undefined)?.message, 'how a download ended whose `keep` failed').toBe(
        'the shelf is full',
      );
      await server.barrier(5);
      const nights = server.calls.filter(({ method, cancelled }) => method === 'readPictures' && cancelled);
      expect(nights.length, 'nights that have ended when one of two had failed').toBe(2);
      const { done } = startShow(server.address, 'cloudy', () => {});
      expect(nameOf(await codeOf(done)), 'how a show of a missing night ended').toBe(
        nameOf(status.NOT_FOUND),
      );
      isOver = true;
      await server.connections.allClosed();
    },
  );
}

async function codeOf(promise: Promise<void>): Promise<status> {
  return promise.then(
    () => status.OK,
    (error: { code?: status }) => error.code ?? status.UNKNOWN,
  );
}
