/** A value as JSON has it. Numbers that a JavaScript number cannot hold exactly are strings, as ProtoJSON has them. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** An object with own members only; scenarios never reach anything else. */
export interface JsonObject {
  [name: string]: Json;
}

/**
 * Parses JSON and keeps the digits of integers beyond 2^53.
 *
 * @throws SyntaxError
 */
export function parseJson(text: string): Json {
  return JSON.parse(text, keepDigits);
}

/** Parses JSON likewise; undefined for what is none. */
export function tryJson(text: string): Json | undefined {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

function keepDigits(_name: string, value: unknown, context?: { source?: string }): unknown {
  if (typeof value !== 'number' || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? '';
  return /^-?\d+$/.test(source) ? source : value;
}

/** Tells whether a value is an object with members. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns an own member, under its name in the .proto file or in camel case. */
export function readMember(object: JsonObject, name: string): Json | undefined {
  if (Object.hasOwn(object, name)) return object[name];
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return snake !== name && Object.hasOwn(object, snake) ? object[snake] : undefined;
}
