import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { RE2JS } from 're2js';
import { isObject, type Json, type JsonObject, parseJson, readMember } from '../dialect/json.ts';
import type { Received } from '../engine/scope.ts';

/** A pattern as it stands in a scenario: text, or an object that messages must contain. */
export type PatternSource = string | JsonObject;

/** A part of a subset pattern that has no parts itself, with the way to it. */
export interface Leaf {
  path: readonly string[];
  value: Json;
}

/** A pattern made ready to match messages of one type. */
export type Pattern =
  | { kind: 'empty' | 'any' | 'filled'; tier: Tier }
  | { kind: 'literal'; tier: Tier; text: string }
  | { kind: 'regex'; tier: Tier; expression: RE2JS; text: string }
  | { kind: 'subset'; tier: Tier; object: JsonObject; leaves: readonly Leaf[] };

/** 0 for what says exactly which messages it means, 1 for regular expressions, 2 for what takes everything. */
export type Tier = 0 | 1 | 2;

/** Is thrown for a pattern that cannot be used, with a sentence and the fix. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

const metacharacters = /[\\^$.|?*+()[\]{}]/;

/** @throws PatternError */
export function compilePattern(source: PatternSource, desc: DescMessage): Pattern {
  if (isObject(source)) return compileSubset(source, desc);
  if (source === '') return { kind: 'empty', tier: 0 };
  if (source === '.*') return { kind: 'any', tier: 2 };
  if (source === '.+') return { kind: 'filled', tier: 2 };
  if (source.trimStart().startsWith('{')) {
    const object = readObject(source);
    if (object) return compileSubset(object, desc);
  }
  if (!metacharacters.test(source)) return { kind: 'literal', tier: 0, text: source };
  return { kind: 'regex', tier: 1, expression: compileRegex(source), text: source };
}

/** Tells whether a message matches. */
export function matches(pattern: Pattern, message: Received): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'filled':
      return message.text === undefined ? message.byteLength > 0 : message.text !== '';
    case 'empty':
      return message.text === undefined ? message.byteLength === 0 : message.text === '';
    case 'literal':
      return message.text === pattern.text;
    case 'regex':
      return pattern.expression.test(message.text ?? message.json);
    case 'subset':
      return contains(message.view, pattern.object);
  }
}

/** Tells whether everything in a pattern is in a value. Lists match as a whole, element by element. */
export function contains(value: Json | undefined, pattern: Json): boolean {
  if (pattern === null) return value === undefined || value === null;
  if (Array.isArray(pattern)) {
    if (!Array.isArray(value) || value.length !== pattern.length) return false;
    return pattern.every((inner, index) => contains(value[index], inner));
  }
  if (isObject(pattern)) {
    if (!isObject(value)) return false;
    return Object.entries(pattern).every(([name, inner]) => contains(readMember(value, name), inner));
  }
  return value === pattern || leafKey(value) === leafKey(pattern);
}

/** A key under which leaves that are equal are equal: a number equals its own text, as in 64-bit integers. */
export function leafKey(value: Json | undefined): string {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && !/^-?\d+$/.test(value) ? `"${value}` : String(value);
}

function readObject(source: string): JsonObject | undefined {
  try {
    const json = parseJson(source);
    if (isObject(json)) return json;
  } catch {
    // Below.
  }
  if (!source.trimEnd().endsWith('}')) return undefined;
  throw new PatternError(
    'This pattern looks like JSON and is not: mend it, or escape the brace as `\\\\{` for a regular expression.',
  );
}

function compileRegex(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (error) {
    const reason = (error as Error).message.replace(/^error parsing regexp: /, '');
    throw new PatternError(
      `This is no regular expression that runs in linear time: ${reason}. Lookaround, backreferences and counts above 1000 are not known.`,
    );
  }
}

function compileSubset(source: JsonObject, desc: DescMessage): Pattern {
  const object = normalise(source, desc);
  return { kind: 'subset', tier: 0, object, leaves: [...listLeaves(object, [])] };
}

/** Brings a pattern to the names and the enum values of the JSON view. */
function normalise(pattern: JsonObject, desc: DescMessage): JsonObject {
  const entries = Object.entries(pattern).map(([name, value]): [string, Json] => {
    const field = desc.fields.find((candidate) => candidate.name === name || candidate.jsonName === name);
    return field ? [field.name, normaliseValue(value, field)] : [name, value];
  });
  return Object.fromEntries(entries);
}

function normaliseValue(value: Json, field: DescField): Json {
  if (field.fieldKind === 'map') return value;
  if (Array.isArray(value)) return value.map((element) => normaliseValue(element, field));
  if (isObject(value)) return field.message ? normalise(value, field.message) : value;
  if (field.enum && typeof value === 'number') return field.enum.value[value]?.name ?? value;
  return value;
}

function* listLeaves(value: Json, path: readonly string[]): Generator<Leaf> {
  if (!isObject(value)) {
    yield { path, value };
    return;
  }
  for (const [name, inner] of Object.entries(value)) yield* listLeaves(inner, [...path, name]);
}
