import { Worker } from 'node:worker_threads';
import type { LabSettings, LabNews as ThreadNews } from '@streamlings/grading/lab';

/** Time in which a server has to listen. */
const START_MS = 8000;
const MAX_HEAP_MB = 512;

/** A server in a thread of its own: an endless loop in it stops nobody else. */
export interface ServerThread extends AsyncDisposable {
  host: string;
  port: number;
  /** How much it has produced so far. */
  readonly produced: number;
  /** Resolves when it has produced something. */
  firstProduced: Promise<void>;
  /** Why it has ended, if it has. */
  readonly failure: string | undefined;
}

/**
 * Starts the lab of a `start.ts`, and resolves once it listens.
 *
 * @throws Error whose message is for people, if it cannot.
 */
export async function startServer(
  start: string,
  settings: Omit<LabSettings, 'counter'>,
): Promise<ServerThread> {
  const counter = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  const count = new Int32Array(counter);
  const worker = new Worker(start, {
    argv: ['lab'],
    workerData: { ...settings, counter } satisfies LabSettings,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
  });
  const listening = Promise.withResolvers<string>();
  const first = Promise.withResolvers<void>();
  let failure: string | undefined;
  worker.on('message', (news: ThreadNews) => {
    if (news.kind === 'listening') listening.resolve(news.address);
    else first.resolve();
  });
  worker.on('error', (error) => {
    failure = `The server has failed: ${error instanceof Error ? error.message : String(error)}`;
  });
  worker.on('exit', () => {
    failure ??= 'The server has ended by itself.';
    listening.reject(new Error(failure));
  });
  const timer = setTimeout(() => {
    listening.reject(new Error(`The server does not listen after ${START_MS / 1000} seconds.`));
  }, START_MS);
  const close = async (): Promise<void> => {
    await worker.terminate();
  };
  try {
    const address = await listening.promise;
    const [host = '', port] = address.split(/:(?=\d+$)/);
    return {
      host,
      port: Number(port),
      get produced() {
        return Atomics.load(count, 0);
      },
      firstProduced: first.promise,
      get failure() {
        return failure;
      },
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
