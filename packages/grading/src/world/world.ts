import { type Bus, BusControls } from './bus.ts';
import { type Clock, ClockControls } from './clock.ts';
import { EventLog } from './event-log.ts';
import { createRandom, type Random } from './random.ts';
import { type Source, SourceControls } from './source.ts';
import { type Store, StoreControls } from './store.ts';

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
