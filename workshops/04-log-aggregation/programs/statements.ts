import { DatabaseSync, StatementSync } from 'node:sqlite';

let left = Number.POSITIVE_INFINITY;
let strike: () => void = () => {};

/** Calls `struck` before the statement with that number runs, counted from 1 and from now on. */
export function strikeAt(number: number, struck: () => void): void {
  left = number;
  strike = struck;
}

function watch(owner: object, name: string): void {
  const method = Reflect.get(owner, name);
  Reflect.set(owner, name, function (this: unknown, ...args: unknown[]) {
    if (--left === 0) strike();
    return Reflect.apply(method, this, args);
  });
}

watch(DatabaseSync.prototype, 'exec');
for (const name of ['run', 'get', 'all', 'iterate']) watch(StatementSync.prototype, name);
