import type { EntrySource, ErrorSource, Timing } from './entry.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { resetCodes } from './reset-codes.ts';
import { ProblemCollector } from './scenario-error.ts';
import type { SourceLine } from './source-line.ts';
import type { Template } from './template.ts';
import { ValueReader } from './value-readers.ts';

const unavailable = 14;

/** Keys that other documents of the dialect mention, with what to write here. */
const refusedKeys: Record<string, string> = {
  wait_for: 'write `waitFor`',
  binary: 'write bytes as base64 in the field of the message',
  filter: 'write `condition`',
  step_id: 'write rules and a timeline',
  goto_step: 'write `state` and `condition`',
  on_match: 'write `state` and `condition`',
  branches: 'write rules with a `condition`',
  assertions: 'use `verify`',
  timeout_ms: 'start the server with `--stream-timeout`',
  __proto__: 'choose another name',
};

const ruleOnly = ['response'];
const outOnly = ['waitFor', 'waitForEnd', 'every', 'times', 'at', 'after'];

/** Every key of a line that is not the name of a variable. */
export const entryKeys: readonly string[] = [
  'ts',
  'dir',
  'text',
  'response',
  'condition',
  'state',
  'close',
  'error',
  'waitFor',
  'waitForEnd',
  'every',
  'times',
  'at',
  'after',
  'metadata',
  'trailers',
  'reset',
  'goaway',
  'noTrailers',
  'socket',
  'pauseRead',
  'chunk',
  'compress',
];

/**
 * Reads one line of a scenario.
 *
 * @throws ScenarioError with the problems of all its keys
 */
export function parseEntry(line: SourceLine, json: JsonObject): EntrySource {
  const reader = new ValueReader(line);
  const collector = new ProblemCollector();
  if (json.dir === undefined)
    line.fail(
      [],
      '`dir` is missing: write `"dir":"out"` for a message that the server sends by itself, `"dir":"in"` for a rule.',
    );
  const dir = reader.choice(['dir'], json.dir, ['in', 'out']);
  collector.attempt(() => checkKeys(line, json, dir));
  const read = <T>(key: string, how: (path: [string], value: Json) => T): T | undefined => {
    const value = json[key];
    return value === undefined ? undefined : collector.attempt(() => how([key], value));
  };
  const template = (path: [string], value: Json): Template =>
    reader.template(path, reader.text(path, value, 'text with a template'));
  const payloadKey = dir === 'in' ? 'response' : 'text';
  const pattern = dir === 'in' ? read('text', (path, value) => reader.textOrObject(path, value)) : '';
  const entry: EntrySource = {
    line,
    dir,
    timing: collector.attempt(() => readTiming(reader, json)) ?? { kind: 'at', ms: [] },
    pattern: pattern ?? '',
    payload: read(payloadKey, (path, value) => reader.textOrObject(path, value)),
    condition: read('condition', (path, value) => reader.condition(path, value)),
    label: read('state', template),
    assignments: Object.fromEntries(Object.entries(json).filter(([key]) => !entryKeys.includes(key))),
    close: read('close', (path, value) => reader.boolean(path, value)) ?? false,
    error: read('error', (path, value) => readError(reader, path, value)),
    faults: {
      reset: read('reset', (path, value) => reader.choice(path, value, resetCodes)),
      goaway: read('goaway', (path, value) =>
        value === true ? 'NO_ERROR' : reader.choice(path, value, resetCodes),
      ),
      noTrailers: read('noTrailers', (path, value) => reader.boolean(path, value)) ?? false,
      socketReset: read('socket', (path, value) => reader.choice(path, value, ['reset'])) !== undefined,
    },
    metadata: read('metadata', (path, value) => reader.metadata(path, value)) ?? {},
    trailers: read('trailers', (path, value) => reader.metadata(path, value)) ?? {},
    waitFor: read('waitFor', (path, value) => reader.textOrObject(path, value)),
    waitForEnd: read('waitForEnd', (path, value) => reader.boolean(path, value)) ?? false,
    every: read('every', (path, value) => reader.milliseconds(path, value)),
    times: read('times', (path, value) => reader.wholeNumber(path, value)),
    pauseReadMs: read('pauseRead', (path, value) => reader.number(path, value, 'milliseconds from 0')),
    chunkBytes: read('chunk', (path, value) => reader.wholeNumber(path, value)),
    compress: read('compress', (path, value) => reader.boolean(path, value)) ?? false,
  };
  collector.throwIfAny();
  return entry;
}

function checkKeys(line: SourceLine, json: JsonObject, dir: 'in' | 'out'): void {
  for (const key of Object.keys(json)) {
    const fix = Object.hasOwn(refusedKeys, key) ? refusedKeys[key] : undefined;
    if (fix) line.fail([key], `\`${key}\` is not known here: ${fix}.`);
  }
  for (const key of dir === 'in' ? outOnly : ruleOnly) {
    if (json[key] === undefined) continue;
    const other =
      dir === 'in' ? 'a timeline entry, `"dir":"out"`' : 'a rule, `"dir":"in"`; an outgoing entry has `text`';
    line.fail([key], `\`${key}\` belongs to ${other}.`);
  }
  if (dir === 'in' && json.text === undefined)
    line.fail(
      [],
      '`text` is missing: a rule needs the pattern of the messages that it answers, such as `".*"`.',
    );
  if (json.error !== undefined && json.code !== undefined)
    line.fail(
      ['code'],
      '`code` next to `error` is not known: write `"error":"NOT_FOUND"`, or `"error":{"code":…}`.',
    );
  if (json.times !== undefined && json.every === undefined)
    line.fail(['times'], '`times` says how often `every` comes: add `every`, or remove it.');
  const timings = ['ts', 'at', 'after'].filter((key) => json[key] !== undefined);
  if (timings.length > 1)
    line.fail([timings[1] ?? ''], `\`${timings[0]}\` and \`${timings[1]}\` contradict each other: keep one.`);
}

function readTiming(reader: ValueReader, json: JsonObject): Timing {
  if (json.at !== undefined) return { kind: 'at', ms: reader.milliseconds(['at'], json.at) };
  if (json.after !== undefined) return { kind: 'after', ms: reader.milliseconds(['after'], json.after) };
  if (typeof json.ts === 'string') return { kind: 'after', ms: reader.milliseconds(['ts'], json.ts) };
  if (json.ts === undefined) return { kind: 'after', ms: [{ kind: 'literal', value: 0 }] };
  return { kind: 'offset', ms: reader.number(['ts'], json.ts, 'milliseconds from 0, or a template') };
}

function readError(reader: ValueReader, path: [string], value: Json): ErrorSource | undefined {
  if (value === false || value === 'false') return undefined;
  if (value === true || value === 'true') return { code: unavailable, message: undefined, details: [] };
  if (!isObject(value)) return { code: reader.statusCode(path, value), message: undefined, details: [] };
  for (const key of Object.keys(value)) reader.choice([...path, key], key, ['code', 'message', 'details']);
  const { code, message, details } = value;
  const messagePath = [...path, 'message'];
  return {
    code: code === undefined ? unavailable : reader.statusCode([...path, 'code'], code),
    message:
      message === undefined ? undefined : reader.template(messagePath, reader.text(messagePath, message)),
    details: details === undefined ? [] : readDetails(reader, [...path, 'details'], details),
  };
}

function readDetails(reader: ValueReader, path: string[], value: Json): JsonObject[] {
  if (!Array.isArray(value)) return reader.refuse(path, value, 'a list of objects with `@type`');
  return value.map((detail, index) => {
    if (isObject(detail) && typeof detail['@type'] === 'string') return detail;
    return reader.refuse([...path, index], detail, 'an object with `@type`, such as `google.rpc.ErrorInfo`');
  });
}
