import http2 from 'node:http2';
import net from 'node:net';
import { Channel, Client, Metadata, Server } from '@grpc/grpc-js';
import { expect } from 'vitest';

type Owner = [name: string, object: object];

/** What every verdict rests on: a program that replaces one of these has not solved the exercise. */
function foundations(): Owner[] {
  const globals = [
    'Promise',
    'Object',
    'Array',
    'Error',
    'JSON',
    'Map',
    'Set',
    'Symbol',
    'Number',
    'Reflect',
  ] as const;
  const owners: Owner[] = [['expect', expect]];
  for (const name of globals) {
    const value = globalThis[name] as object & { prototype?: object };
    owners.push([name, value]);
    if (value.prototype) owners.push([`${name}.prototype`, value.prototype]);
  }
  for (
    let type: unknown = expect(0);
    typeof type === 'object' && type !== null;
    type = Object.getPrototypeOf(type)
  ) {
    if (type !== Object.prototype) owners.push(['expect(...)', type]);
  }
  owners.push(['node:http2', http2], ['node:net', net], ['net.Socket.prototype', net.Socket.prototype]);
  for (const type of [Server, Client, Metadata, Channel])
    owners.push([`grpc.${type.name}.prototype`, type.prototype]);
  return owners;
}

const ignored = new Set<string | symbol>(['stackTraceLimit', 'prepareStackTrace']);

// The comparison must not rest on what it is there to guard.
const { ownKeys, getOwnPropertyDescriptor } = Reflect;

interface Sealed {
  name: string;
  object: object;
  properties: Array<[key: string | symbol, value: unknown]>;
}

let sealed: Sealed[] = [];

/** Remembers the foundations as they are; called before any file of the learner is loaded. */
export function sealFoundations(): void {
  sealed = foundations().map(([name, object]) => ({ name, object, properties: propertiesOf(object) }));
  const functions = propertiesOf(globalThis).filter(([, value]) => typeof value === 'function');
  sealed.push({ name: 'globalThis', object: globalThis, properties: functions });
}

/** Names the first foundation that is not what it was, for example `Promise.prototype.then`. */
export function findTampering(): string | undefined {
  for (const { name, object, properties } of sealed) {
    for (const [key, value] of properties) {
      if (readValue(object, key) !== value) return `${name}.${String(key)}`;
    }
  }
  return undefined;
}

function propertiesOf(object: object): Array<[string | symbol, unknown]> {
  const properties: Array<[string | symbol, unknown]> = [];
  for (const key of ownKeys(object)) {
    const value = readValue(object, key);
    if (!ignored.has(key) && !Number.isNaN(value)) properties.push([key, value]);
  }
  return properties;
}

function readValue(object: object, key: string | symbol): unknown {
  const descriptor = getOwnPropertyDescriptor(object, key);
  return descriptor?.get ?? descriptor?.value;
}
