import type { EntrySource } from '../dialect/entry.ts';
import { type Expression, ExpressionError, walkExpression } from '../dialect/expression.ts';
import { isObject, type Json } from '../dialect/json.ts';
import { parseTemplate, type Template } from '../dialect/template.ts';

/** A part of an expression with the key of the line that it stands in. */
export interface PlacedExpression {
  key: string;
  expression: Expression;
}

/** Lists every part of every expression of a line. */
export function* listExpressions(entry: EntrySource): Generator<PlacedExpression> {
  for (const [key, template] of listTemplates(entry)) {
    for (const piece of template) {
      if (typeof piece === 'string') continue;
      for (const expression of walkExpression(piece)) yield { key, expression };
    }
  }
}

function* listTemplates(entry: EntrySource): Generator<[string, Template]> {
  const { condition, label, every, timing, error } = entry;
  if (condition) yield ['condition', condition];
  if (label) yield ['state', label];
  if (every) yield ['every', every];
  if (timing.kind !== 'offset') yield [timing.kind === 'at' ? 'at' : 'ts', timing.ms];
  if (error?.message) yield ['error', error.message];
  for (const detail of error?.details ?? []) yield* withKey('error', detail);
  if (entry.payload !== undefined) yield* withKey(entry.dir === 'in' ? 'response' : 'text', entry.payload);
  for (const [name, value] of Object.entries(entry.assignments)) yield* withKey(name, value);
  for (const template of Object.values(entry.metadata)) yield ['metadata', template];
  for (const template of Object.values(entry.trailers)) yield ['trailers', template];
}

function* withKey(key: string, value: Json): Generator<[string, Template]> {
  for (const text of listTexts(value)) {
    try {
      yield [key, parseTemplate(text)];
    } catch (error) {
      // Loading has told of it.
      if (!(error instanceof ExpressionError)) throw error;
    }
  }
}

/** Lists all texts within a value. */
function* listTexts(value: Json): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const inner of value) yield* listTexts(inner);
  else if (isObject(value)) for (const inner of Object.values(value)) yield* listTexts(inner);
}

/** The names of a path as far as they are plain names. */
export function readNames(expression: Expression): string[] | undefined {
  if (expression.kind !== 'path') return undefined;
  const end = expression.segments.findIndex((segment) => typeof segment !== 'string');
  return expression.segments.slice(0, end < 0 ? undefined : end).map(String);
}
