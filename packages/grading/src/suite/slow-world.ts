import type { Source, SourceItem, World } from '../world/world.ts';

// Taken before a suite can replace it with a fake.
const { setTimeout } = globalThis;

/** Makes a World of another in which each operation of the store and each item of a source takes longer, by `delayMs`. */
export function slowWorld(world: World, delayMs = 15): World {
  const delay = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, delayMs));
  return {
    ...world,
    store: {
      get: async (key) => {
        await delay();
        return world.store.get(key);
      },
      put: async (key, value) => {
        await delay();
        return world.store.put(key, value);
      },
    },
    source: mapSource(world.source, (items) => ({
      next: async () => {
        await delay();
        return items.next();
      },
    })),
  };
}

/** Makes a World of another whose sources are asked for up to `count` items more than were wanted. */
export function readAheadWorld(world: World, count = 8): World {
  return {
    ...world,
    source: mapSource(world.source, (items) => {
      const asked: Array<Promise<IteratorResult<SourceItem>>> = [];
      return {
        next: () => {
          while (asked.length <= count) {
            const next = items.next();
            next.catch(() => {});
            asked.push(next);
          }
          return asked.shift() as Promise<IteratorResult<SourceItem>>;
        },
      };
    }),
  };
}

type Items = AsyncIterableIterator<SourceItem>;

function mapSource(source: Source, map: (items: Items) => Pick<Items, 'next'>): Source {
  return {
    open: (topic, options) => {
      const items = source.open(topic, options);
      const mapped: Items = {
        ...map(items),
        return: () => items.return?.() ?? Promise.resolve({ done: true, value: undefined }),
        [Symbol.asyncIterator]: () => mapped,
      };
      return mapped;
    },
  };
}
