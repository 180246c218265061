import { BusControls } from './bus.ts';
import { ClockControls } from './clock.ts';
import { EventLog } from './event-log.ts';
import { createRandom } from './random.ts';
import { SourceControls } from './source.ts';
import { StoreControls } from './store.ts';

/** Everything outside the exercise, handed to it by the harness and counted there. */
export interface World {
  /** Where items come from. */
  source: Source;
  /** Where things are kept. */
  store: Store;
  /** Time that the check moves. */
  clock: Clock;
  /** Events that happen whether or not anyone is ready. */
  bus: Bus;
  /** Seeded randomness. */
  random: Random;
}

/** Where items come from: possibly slow, possibly without end, possibly failing. */
export interface Source {
  /**
   * Opens the items about a topic, in order.
   *
   * The iterator waits until an item exists. It ends after the last item, when `return()` is called, or, with the
   * signal's reason as a rejection, when `signal` aborts, also while a `next()` is waiting.
   *
   * @throws WorldError with any code, also after some items.
   */
  open(topic: string, options?: { signal?: AbortSignal }): AsyncIterableIterator<SourceItem>;
}

/** One item of a source. */
export interface SourceItem {
  /** Its position, counted from 1. */
  index: number;
  /** The topic it is about. */
  topic: string;
}

/** A key-value store that may be slow and may fail. */
export interface Store {
  /**
   * Reads a value.
   *
   * @throws WorldError `ENOENT` if there is none, or any other code.
   */
  get(key: string): Promise<string>;
  /**
   * Adds a value.
   *
   * @throws WorldError `EEXIST` if the key is taken, `EDQUOT` if the store is full, or any other code.
   */
  put(key: string, value: string): Promise<void>;
}

/** Time, as far as the exercise is concerned. It moves only when the check moves it. */
export interface Clock {
  /** The time in milliseconds since the Unix epoch. */
  now(): number;
  /**
   * Waits.
   *
   * @throws the signal's reason when `signal` aborts first.
   */
  sleep(ms: number, options?: { signal?: AbortSignal }): Promise<void>;
  /** Calls `tick` every `ms` milliseconds until the returned function is called. */
  every(ms: number, tick: () => void): () => void;
}

/** A push source: it calls its listeners whether or not they are ready. */
export interface Bus {
  /** Calls `listener` for each event from now on, on all topics, until the returned function is called. */
  subscribe(listener: (event: BusEvent) => void): () => void;
}

/** Something that was published. */
export interface BusEvent {
  /** The topic it was published under. */
  topic: string;
  /** What happened, in words. */
  text: string;
  /** How serious it is, from 1 (worth knowing) to 4 (somebody has to act now). */
  level: number;
  /** When it happened, in milliseconds since the Unix epoch. */
  timeMs: number;
}

/** Random numbers that are the same in every run with the same seed. */
export interface Random {
  /** A number from 0 up to, but not including, 1. */
  next(): number;
  /** `length` bytes that no compression makes smaller. */
  bytes(length: number): Uint8Array;
}

/** The check's side of a World. */
export interface Controls {
  source: SourceControls;
  store: StoreControls;
  clock: ClockControls;
  bus: BusControls;
}

/** Makes a World and the controls that belong to it. The clock starts at the real time. */
export function createWorld(log: EventLog = new EventLog(), seed = 1): { world: World; controls: Controls } {
  const controls: Controls = {
    source: new SourceControls(log),
    store: new StoreControls(log),
    clock: new ClockControls(log, Date.now()),
    bus: new BusControls(log),
  };
  const world: World = {
    source: controls.source.source,
    store: controls.store.store,
    clock: controls.clock.clock,
    bus: controls.bus.bus,
    random: createRandom(seed),
  };
  return { world, controls };
}
