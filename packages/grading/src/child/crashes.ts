import { AsyncLocalStorage } from 'node:async_hooks';

/** Something the learner's code did that would have ended a real process. */
export class CrashError extends Error {
  constructor(what: string, cause: unknown) {
    super(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'CrashError';
    if (cause instanceof Error && cause.stack) this.stack = cause.stack;
  }
}

/** The learner's code tried to end the process; there is nothing to teach but that. */
export class EndedProcessError extends CrashError {}

/** Whoever hears of crashes. */
export interface CrashWatch {
  /** Runs `body`; what it and everything that it sets off does wrong belongs to this watch, however late it happens. */
  run<T>(body: () => T): T;
  stop(): void;
}

const owner = new AsyncLocalStorage<CrashWatch>();
let current: { watch: CrashWatch; listener: (crash: CrashError) => void } | undefined;

/** Hands crashes to `listener` until it is stopped; those of an earlier watch's leftovers are lost. */
export function watchCrashes(listener: (crash: CrashError) => void): CrashWatch {
  const watch: CrashWatch = {
    run: (body) => owner.run(watch, body),
    stop: () => {
      current = undefined;
    },
  };
  current = { watch, listener };
  return watch;
}

function report(crash: CrashError): void {
  const culprit = owner.getStore();
  if (current && (culprit === undefined || culprit === current.watch)) current.listener(crash);
}

/** Makes uncaught exceptions, unhandled rejections and attempts to end the process reports instead. */
export function installCrashWatch(): void {
  process.on('uncaughtException', (error) =>
    report(new CrashError('an exception that nobody caught', error)),
  );
  process.on('unhandledRejection', (reason) =>
    report(new CrashError('a rejected promise that nobody handled', reason)),
  );
  for (const name of ['exit', 'reallyExit', 'abort', 'kill'] as const) {
    Object.defineProperty(process, name, {
      configurable: true,
      value: (...args: unknown[]) => {
        const crash = new CrashError(
          'your code tried to end the process',
          `process.${name}(${args.join(', ')})`,
        );
        report(crash);
        throw crash;
      },
    });
  }
}
