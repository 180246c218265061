import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import {
  describeUnknownField,
  describeUnknownName,
  describeUnknownValue,
  findField,
} from '../compile/unknown-names.ts';
import type { EntrySource } from '../dialect/entry.ts';
import type { Expression } from '../dialect/expression.ts';
import { isObject, type Json, type JsonObject, parseJson, tryJson } from '../dialect/json.ts';
import { isDynamic, parseTemplate } from '../dialect/template.ts';
import type { LoadedScenario } from '../server/load-scenarios.ts';
import { listExpressions, readNames } from './expressions-of.ts';
import type { Warn } from './lint.ts';

const overlays = ['message', 'lastMessage', 'state', 'connectionId', 'index', 'metadata'];

/** Warns of fields and enum values that the types of the method do not have. */
export function lintFields({ source, scenario }: LoadedScenario, warn: Warn): void {
  const { desc } = scenario.input;
  for (const entry of source.entries) {
    for (const { key, expression } of listExpressions(entry)) {
      lintPath(expression, desc, (message) => warn(entry.line, [key], 'unknown-field', message));
      lintComparison(expression, desc, (message) => warn(entry.line, [key], 'unknown-enum-value', message));
    }
    for (const [key, pattern] of [
      ['text', entry.pattern],
      ['waitFor', entry.waitFor],
    ] as const) {
      const object = readPattern(pattern);
      if (object) lintPattern(object, desc, (rule, message) => warn(entry.line, [key], rule, message));
    }
    lintPayload(entry, scenario.output, warn);
  }
}

function lintPath(expression: Expression, desc: DescMessage, tell: (message: string) => void): void {
  const names = readNames(expression);
  if (!names || names.length === 0) return;
  const [first = '', second] = names;
  if (first === 'ws') {
    if (second === undefined || !overlays.includes(second))
      tell(`\`request.ws.${second ?? ''}\` does not exist: known are ${overlays.join(', ')}.`);
    else if (second === 'message' || second === 'lastMessage') follow(names.slice(2), desc, tell);
    return;
  }
  if (first === 'metadata' && !findField(desc, first)) return;
  follow(first === 'body' && !findField(desc, first) ? names.slice(1) : names, desc, tell);
}

/** Walks names down the fields of a type and returns the last one, undefined where it is none. */
function follow(
  names: readonly string[],
  desc: DescMessage,
  tell?: (message: string) => void,
): DescField | undefined {
  let type: DescMessage | undefined = desc;
  let field: DescField | undefined;
  for (const name of names) {
    if (!type || type.typeName.startsWith('google.protobuf.')) return undefined;
    field = findField(type, name);
    if (!field) {
      tell?.(describeUnknownField(type, name));
      return undefined;
    }
    // Elements and `length` of lists, and keys of maps, are values, not fields.
    type = field.fieldKind === 'message' ? field.message : undefined;
  }
  return field;
}

function lintComparison(expression: Expression, desc: DescMessage, tell: (message: string) => void): void {
  if (expression.kind !== 'binary' || !['==', '===', '!=', '!=='].includes(expression.operator)) return;
  for (const [path, literal] of [
    [expression.left, expression.right],
    [expression.right, expression.left],
  ] as const) {
    const names = path && readNames(path);
    if (!names || literal?.kind !== 'literal' || typeof literal.value !== 'string') continue;
    const isMessage = names[0] === 'ws' && (names[1] === 'message' || names[1] === 'lastMessage');
    const field = follow(isMessage ? names.slice(2) : names, desc);
    if (field?.enum) lintEnumValue(field.enum, literal.value, tell);
  }
}

function lintEnumValue(type: DescEnum, name: string, tell: (message: string) => void): void {
  const problem = describeUnknownValue(type, name);
  if (problem) tell(problem);
}

function readPattern(pattern: string | JsonObject | undefined): JsonObject | undefined {
  if (isObject(pattern)) return pattern;
  if (!pattern?.trimStart().startsWith('{')) return undefined;
  const json = parseJson(pattern);
  return isObject(json) ? json : undefined;
}

function lintPattern(
  pattern: JsonObject,
  desc: DescMessage,
  tell: (rule: 'unknown-field' | 'unknown-enum-value', message: string) => void,
): void {
  for (const [name, value] of Object.entries(pattern)) {
    const field = follow([name], desc, (message) => tell('unknown-field', message));
    if (field?.enum && typeof value === 'string')
      lintEnumValue(field.enum, value, (message) => tell('unknown-enum-value', message));
    if (field?.fieldKind === 'message' && isObject(value)) lintPattern(value, field.message, tell);
  }
}

/** Encodes what of a payload is known before it is rendered. */
function lintPayload(
  { line, dir, payload, error }: EntrySource,
  output: LoadedScenario['scenario']['output'],
  warn: Warn,
): void {
  if (payload === undefined || error) return;
  const json = typeof payload === 'string' ? tryJson(payload) : payload;
  if (!isObject(json)) return;
  try {
    output.encode(emptyTemplates(json), true);
  } catch (failure) {
    const key = dir === 'in' ? 'response' : 'text';
    warn(
      line,
      [key],
      'cannot-encode',
      describeUnknownName(output.desc, json) ??
        `This cannot be a \`${output.desc.typeName}\`: ${(failure as Error).message}.`,
    );
  }
}

function emptyTemplates(value: Json): Json {
  if (typeof value === 'string') return isDynamic(parseTemplate(value)) ? '' : value;
  if (Array.isArray(value)) return value.map(emptyTemplates).filter((inner) => inner !== '');
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, emptyTemplates(inner)]));
}
