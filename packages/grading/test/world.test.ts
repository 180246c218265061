import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { EventLog } from '../src/world/event-log.ts';
import { createRandom } from '../src/world/random.ts';
import { type Controls, createWorld, type World } from '../src/world/world.ts';

let log: EventLog;
let world: World;
let controls: Controls;

beforeEach(() => {
  log = new EventLog();
  ({ world, controls } = createWorld(log));
});

describe('a source', () => {
  it('yields its items in order and counts pulls, items and open iterators', async () => {
    controls.source.script({ items: 2 });
    const indexes: number[] = [];
    for await (const item of world.source.open('news')) {
      expect(controls.source.open).toBe(1);
      indexes.push(item.index);
    }
    expect(indexes).toEqual([1, 2]);
    expect(controls.source).toMatchObject({ opened: 1, open: 0, pulls: 3, yielded: 2 });
  });

  it('yields an item of a gated source only when it is released', async () => {
    controls.source.script({ gated: true });
    const items = world.source.open('news');
    let arrived = false;
    const first = items.next().then((result) => {
      arrived = true;
      return result;
    });
    await controls.source.pulled(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(arrived).toBe(false);
    controls.source.release();
    expect(await first).toEqual({ done: false, value: { index: 1, topic: 'news' } });
  });

  it('fails after the scripted number of items and is closed then', async () => {
    controls.source.script({ failAfter: 1, failCode: 'EACCES', failMessage: 'secret' });
    const items = world.source.open('news');
    await items.next();
    await expect(items.next()).rejects.toMatchObject({ code: 'EACCES', message: 'secret' });
    expect(controls.source.open).toBe(0);
  });

  it('ends a waiting next() when return() is called', async () => {
    controls.source.script({ gated: true });
    const items = world.source.open('news');
    const waiting = items.next();
    await controls.source.pulled(1);
    await items.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(controls.source.open).toBe(0);
  });

  it('rejects a waiting next() with the reason of its signal', async () => {
    controls.source.script({ gated: true });
    const controller = new AbortController();
    const items = world.source.open('news', { signal: controller.signal });
    const waiting = items.next();
    await controls.source.pulled(1);
    controller.abort(new Error('left'));
    await expect(waiting).rejects.toThrow('left');
    expect(controls.source.open).toBe(0);
  });

  it('closes when a for await loop is left', async () => {
    for await (const _item of world.source.open('news')) break;
    expect(controls.source.open).toBe(0);
  });
});

describe('a store', () => {
  it('returns what was put', async () => {
    await world.store.put('a', '1');
    expect(await world.store.get('a')).toBe('1');
    expect(controls.store).toMatchObject({ gets: 1, puts: 1 });
  });

  it('refuses a second value for a key and an unknown key', async () => {
    await world.store.put('a', '1');
    await expect(world.store.put('a', '2')).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(world.store.get('b')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(controls.store.entries.get('a')).toBe('1');
  });

  it('fails the next operation only', async () => {
    controls.store.failNext('EIO', 'disk 7');
    await expect(world.store.put('a', '1')).rejects.toMatchObject({ code: 'EIO', message: 'disk 7' });
    await world.store.put('a', '1');
    expect(controls.store.entries.size).toBe(1);
  });

  it('tells when so many values are stored', async () => {
    const order: string[] = [];
    const stored = controls.store.stored(2).then(() => order.push('two are stored'));
    await world.store.put('a', '1');
    order.push('one is stored');
    await world.store.put('b', '2');
    await stored;
    expect(order).toEqual(['one is stored', 'two are stored']);
    await controls.store.stored(1);
  });

  it('holds operations until it is released', async () => {
    const release = controls.store.hold();
    let done = false;
    const put = world.store.put('a', '1').then(() => {
      done = true;
    });
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(done).toBe(false);
    release();
    await put;
    expect(controls.store.entries.size).toBe(1);
  });
});

describe('the clock', () => {
  it('starts at the real time and stands still', () => {
    expect(Math.abs(world.clock.now() - Date.now())).toBeLessThan(60_000);
    expect(world.clock.now()).toBe(world.clock.now());
  });

  it('wakes sleepers in the order of their times as it is moved', async () => {
    const woken: number[] = [];
    const start = world.clock.now();
    for (const ms of [30, 10, 20])
      void world.clock.sleep(ms).then(() => woken.push(world.clock.now() - start));
    await controls.clock.advance(25);
    expect(woken).toEqual([10, 20]);
    expect(controls.clock.pending).toBe(1);
  });

  it('rejects an aborted sleep and forgets it', async () => {
    const controller = new AbortController();
    const slept = world.clock.sleep(10, { signal: controller.signal });
    controller.abort(new Error('left'));
    await expect(slept).rejects.toThrow('left');
    expect(controls.clock.pending).toBe(0);
  });

  it('ticks until it is stopped', async () => {
    let ticks = 0;
    const stop = world.clock.every(10, () => ticks++);
    await controls.clock.advance(35);
    stop();
    await controls.clock.advance(100);
    expect(ticks).toBe(3);
    expect(controls.clock.pending).toBe(0);
  });

  it('refuses an interval that is not positive', () => {
    expect(() => world.clock.every(0, () => {})).toThrow('longer than 0 ms, got 0');
  });
});

describe('the bus', () => {
  const event = { topic: 'system', text: 'up', level: 1, timeMs: 0 };

  it('calls every listener at once, until it unsubscribes', () => {
    const heard: string[] = [];
    const stop = world.bus.subscribe(({ text }) => heard.push(`a ${text}`));
    world.bus.subscribe(({ text }) => heard.push(`b ${text}`));
    controls.bus.publish(event);
    stop();
    controls.bus.publish(event);
    expect(heard).toEqual(['a up', 'b up', 'b up']);
    expect(controls.bus).toMatchObject({ listeners: 1, subscriptions: 2, published: 2 });
  });

  it('tells when somebody has subscribed', async () => {
    const subscribed = controls.bus.subscribed(2);
    world.bus.subscribe(() => {});
    world.bus.subscribe(() => {});
    await subscribed;
    expect(controls.bus.listeners).toBe(2);
  });
});

describe('randomness', () => {
  it('is the same for the same seed and differs for another', () => {
    const take = (seed: number) => Array.from({ length: 5 }, createRandom(seed).next);
    expect(take(7)).toEqual(take(7));
    expect(take(7)).not.toEqual(take(8));
    for (const number of take(7)) expect(number).toBeGreaterThanOrEqual(0);
    for (const number of take(7)) expect(number).toBeLessThan(1);
  });

  it('makes bytes that do not compress', () => {
    expect(gzipSync(world.random.bytes(16_384)).length).toBeGreaterThan(16_000);
  });
});

describe('the event log', () => {
  it('keeps the latest lines and hands each to its listener', () => {
    const heard: string[] = [];
    const small = new EventLog((line) => heard.push(line.text), 2);
    for (const text of ['a', 'b', 'c']) small.add('call', text);
    expect(small.lines.map(({ text }) => text)).toEqual(['b', 'c']);
    expect(heard).toEqual(['a', 'b', 'c']);
  });

  it('records what the World did', async () => {
    controls.store.failNext('EIO', 'secret');
    await world.store.get('a').catch(() => {});
    expect(log.lines.map(({ text }) => text)).toEqual(['get "a"', 'failed with EIO']);
  });
});
