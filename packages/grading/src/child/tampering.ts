import * as grpc from '@grpc/grpc-js';
import http2 from 'node:http2';
import net from 'node:net';
import { expect } from 'vitest';

type Owner = [name: string, object: object];

/** What every verdict rests on: a program that replaces one of these has not solved the exercise. */
function foundations(): Owner[] {
  const globals = ['Promise', 'Object', 'Array', 'Error', 'JSON', 'Map', 'Set', 'Symbol', 'Number', 'Reflect'] as const;
  const owners: Owner[] = [['expect', expect]];
  for (const name of globals) {
    const value = globalThis[name] as object & { prototype?: object };
    owners.push([name, value]);
    if (value.prototype) owners.push([`${name}.prototype`, value.prototype]);
  }
  for (let type: unknown = expect(0); typeof type === 'object' && type !== null; type = Object.getPrototypeOf(type)) {
    if (type !== Object.prototype) owners.push(['expect(...)', type]);
  }
  owners.push(['node:http2', http2], ['node:net', net], ['net.Socket.prototype', net.Socket.prototype]);
  for (const name of ['Server', 'Client', 'Metadata', 'Channel'] as const) {
    owners.push([`grpc.${name}.prototype`, grpc[name].prototype]);
  }
  return owners;
}

const ignored = new Set<string | symbol>(['stackTraceLimit', 'prepareStackTrace']);

/** Remembers the foundations and tells afterwards what was replaced. */
export class TamperSeal {
  readonly #taken = foundations().map(([name, object]) => ({ name, object, properties: propertiesOf(object) }));
  readonly #globals = propertiesOf(globalThis);

  /** Names the first foundation that is not what it was, for example `Promise.prototype.then`. */
  broken(): string | undefined {
    for (const { name, object, properties } of this.#taken) {
      const changed = firstChange(properties, propertiesOf(object));
      if (changed !== undefined) return `${name}.${String(changed)}`;
    }
    const now = propertiesOf(globalThis);
    for (const [key, value] of this.#globals) {
      if (typeof value === 'function' && now.get(key) !== value) return `globalThis.${String(key)}`;
    }
    return undefined;
  }
}

function propertiesOf(object: object): Map<string | symbol, unknown> {
  return new Map(
    Reflect.ownKeys(object)
      .filter((key) => !ignored.has(key))
      .map((key) => {
        const descriptor = Reflect.getOwnPropertyDescriptor(object, key);
        return [key, descriptor?.get ?? descriptor?.value];
      }),
  );
}

function firstChange(before: Map<string | symbol, unknown>, after: Map<string | symbol, unknown>) {
  for (const [key, value] of before) if (!Object.is(after.get(key), value)) return key;
  for (const key of after.keys()) if (!before.has(key)) return key;
  return undefined;
}
