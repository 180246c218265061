import diagnostics from 'node:diagnostics_channel';
import { syncBuiltinESMExports } from 'node:module';
import net from 'node:net';
import { dirname } from 'node:path';
import timers, { type TimerOptions } from 'node:timers';
import promises from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Server } from '@grpc/grpc-js';
import { vi } from 'vitest';
import { hasNotedCompressible } from './noted-text.ts';
import type { Conduct } from './protocol.ts';

// Taken before anything can replace them.
const { setTimeout: startTimer } = globalThis;
const { setImmediate: realImmediate } = globalThis;

const POLL_MS = 10;
const MAX_POLLS = 100;
/** What is being watched of a suite. */
export interface ConductWatch {
  /** Tells what was seen so far. */
  take(): Conduct;
  /** Lets what is closing close, for a second at most, and tells. */
  settle(): Promise<Conduct>;
}

/** Watches what the learner's file does beside asserting; called before the file is loaded. */
export function watchConduct(file: string): ConductWatch {
  const clock = watchTimers(`${pathToFileURL(dirname(file)).href}/`);
  const sockets = watchSockets();
  const shutdowns = watchShutdowns();
  const fakes = watchFakeTimers();
  const unhandled: string[] = [];
  const note = (error: unknown): void => {
    unhandled.push(error instanceof Error ? error.message : String(error));
  };
  process.on('unhandledRejection', note);
  process.on('uncaughtException', note);
  const open = (): string[] => [
    ...sockets.open(),
    ...Array.from({ length: clock.running().length }, () => 'a timer'),
  ];
  const take = (): Conduct => ({
    waits: clock.waits,
    ports: sockets.ports,
    open: open(),
    unhandled,
    fakedImmediate: fakes.immediate,
    pendingShutdowns: shutdowns.pending,
    sentCompressible: hasNotedCompressible(),
  });
  return {
    take,
    settle: async () => {
      for (let poll = 0; poll < MAX_POLLS && open().length > 0; poll++) await pause(POLL_MS);
      // What was set off last comes to light in the next turns of the event loop.
      for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => realImmediate(resolve));
      return take();
    },
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => startTimer(resolve, ms));

type Fire = (...args: unknown[]) => void;

function watchTimers(place: string) {
  const waits: string[] = [];
  const timersOfLearner = new Set<unknown>();
  // Whoever ended it, and how: Node marks a timer that is over.
  const running = () =>
    [...timersOfLearner].filter((timer) => (timer as { _destroyed?: boolean })._destroyed !== true);
  const { setTimeout, setInterval, clearTimeout, clearInterval } = timers;
  const { setTimeout: sleep, setInterval: beat } = promises;
  const { timeout: abortAfter } = AbortSignal;
  const findLine = (): string | undefined => findCaller(place);
  const fired = (line: string, ms: number): void => {
    const wait = `${line}, ${ms} ms`;
    if (ms > 0 && !waits.includes(wait)) waits.push(wait);
  };

  const watchedTimeout = (fire: Fire, ms = 0, ...args: unknown[]) => {
    const line = findLine();
    if (line === undefined) return setTimeout(fire, ms, ...args);
    const timer = setTimeout(() => {
      timersOfLearner.delete(timer);
      fired(line, ms);
      fire(...args);
    }, ms);
    timersOfLearner.add(timer);
    return timer;
  };
  const watchedInterval = (fire: Fire, ms = 0, ...args: unknown[]) => {
    const line = findLine();
    if (line === undefined) return setInterval(fire, ms, ...args);
    const timer = setInterval(() => {
      fired(line, ms);
      fire(...args);
    }, ms);
    timersOfLearner.add(timer);
    return timer;
  };
  const watchedSleep: typeof sleep = async (ms = 0, value, options) => {
    const line = findLine();
    const slept = await sleep(ms, value, options);
    if (line !== undefined) fired(line, ms);
    return slept;
  };
  async function* watchedBeat<T>(ms = 0, value?: T, options?: TimerOptions): AsyncGenerator<T> {
    const line = findLine();
    for await (const each of beat(ms, value, options)) {
      if (line !== undefined) fired(line, ms);
      yield each as T;
    }
  }
  const watchedAbort = (ms: number): AbortSignal => {
    const signal = abortAfter.call(AbortSignal, ms);
    const line = findLine();
    if (line !== undefined) signal.addEventListener('abort', () => fired(line, ms));
    return signal;
  };
  const clear = (original: Fire) => (timer: unknown) => {
    timersOfLearner.delete(timer);
    original(timer);
  };
  const replacements = {
    setTimeout: Object.assign(watchedTimeout, setTimeout, { [promisify.custom]: watchedSleep }),
    setInterval: watchedInterval,
    clearTimeout: clear(clearTimeout as Fire),
    clearInterval: clear(clearInterval as Fire),
  };
  Object.assign(timers, replacements);
  Object.assign(globalThis, replacements);
  promises.setTimeout = watchedSleep;
  promises.setInterval = watchedBeat as typeof beat;
  AbortSignal.timeout = watchedAbort;
  promises.scheduler.wait = (ms, options) => watchedSleep(ms, undefined, options);
  syncBuiltinESMExports();
  return { waits, running };
}

/**
 * Looks at the nearest caller outside Node and this file: what a library starts for the learner is the library's.
 * Returns its file and line if it is in that place, for example `server.ts:51`.
 */
function findCaller(place: string): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 8;
  const frames = (new Error().stack ?? '').split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  const isOther = (frame: string) => /[/\\]/.test(frame) && !/node:|<anonymous>/.test(frame);
  const caller = frames.find((frame) => isOther(frame) && !frame.includes(import.meta.url));
  return caller?.includes(place) ? /[^/\\]+:\d+(?=:\d+\)?$)/.exec(caller)?.[0] : undefined;
}

function watchSockets() {
  const ports: number[] = [];
  const given = new Set<number>();
  const servers = new Map<net.Server, string>();
  const sockets = new Set<net.Socket>();
  const { listen } = net.Server.prototype;
  net.Server.prototype.listen = function (this: net.Server, ...args: unknown[]) {
    const [first] = args;
    const asked = typeof first === 'object' && first !== null ? (first as net.ListenOptions).port : first;
    const port = Number(asked ?? 0);
    // A name with two addresses gets the same port on both: the free one that the first was given.
    if (Number.isInteger(port)) ports.push(given.has(port) ? 0 : port);
    this.once('listening', () => {
      const address = this.address();
      if (port === 0 && address !== null && typeof address === 'object') given.add(address.port);
      servers.set(this, `a server on port ${typeof address === 'object' ? address?.port : address}`);
    });
    this.once('close', () => servers.delete(this));
    return (listen as (...all: unknown[]) => net.Server).apply(this, args);
  };
  for (const name of ['net.client.socket', 'net.server.socket']) {
    diagnostics.subscribe(name, (message) => {
      const { socket } = message as { socket: net.Socket };
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
    });
  }
  const open = (): string[] => {
    // A connection has two ends here; a server that is still there explains both.
    if (servers.size > 0) return [...servers.values()];
    return sockets.size > 0 ? ['a connection'] : [];
  };
  return { ports, open };
}

function watchShutdowns(): { pending: number } {
  const watch = { pending: 0 };
  const { tryShutdown } = Server.prototype;
  Server.prototype.tryShutdown = function (this: Server, callback) {
    watch.pending++;
    tryShutdown.call(this, (error) => {
      watch.pending--;
      callback(error);
    });
  };
  return watch;
}

function watchFakeTimers(): { immediate: boolean } {
  const watch = { immediate: false };
  const { useFakeTimers } = vi;
  vi.useFakeTimers = (options) => {
    const result = useFakeTimers.call(vi, options);
    watch.immediate ||= globalThis.setImmediate !== realImmediate;
    return result;
  };
  return watch;
}
