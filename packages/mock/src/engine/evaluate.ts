import type { BinaryOperator, Expression, HelperName, Segment } from '../dialect/expression.ts';
import { isObject, type Json, type JsonObject, readMember } from '../dialect/json.ts';
import { isDynamic, singleExpression, type Template } from '../dialect/template.ts';
import { randomInteger, randomParagraph, randomSentence } from './random.ts';
import type { MessageScope } from './scope.ts';

/** What an expression yields; a path that leads nowhere yields undefined. */
export type Value = Json | undefined;

/** An expression made ready to run. */
export type Evaluate = (scope: MessageScope) => Value;

/** Is thrown where a template yields more than a message can hold. */
export class TooLongError extends Error {
  override readonly name = 'TooLongError';
}

const maxTextLength = 4 * 1024 * 1024;

/** Makes an expression ready to run. */
export function compileExpression(expression: Expression): Evaluate {
  switch (expression.kind) {
    case 'literal':
      return () => expression.value;
    case 'path':
      return compilePath(expression.segments);
    case 'unary': {
      const operand = compileExpression(expression.operand);
      return expression.operator === '!' ? (scope) => !operand(scope) : (scope) => -toNumber(operand(scope));
    }
    case 'binary':
      return compileBinary(
        expression.operator,
        compileExpression(expression.left),
        compileExpression(expression.right),
      );
    case 'conditional': {
      const [test, then, otherwise] = [expression.test, expression.then, expression.otherwise].map(
        compileExpression,
      );
      return (scope) => (test?.(scope) ? then?.(scope) : otherwise?.(scope));
    }
    case 'helper':
      return compileHelper(expression.name, expression.args.map(compileExpression));
  }
}

/** Makes a template ready to run: exactly one expression keeps the type of its value, anything else becomes text. */
export function compileTemplate(template: Template): Evaluate {
  const single = singleExpression(template);
  if (single) return compileExpression(single);
  if (!isDynamic(template)) {
    const text = template.join('');
    return () => text;
  }
  const pieces = template.map((piece) => (typeof piece === 'string' ? piece : compileExpression(piece)));
  return (scope) => {
    let text = '';
    for (const piece of pieces) text = join(text, typeof piece === 'string' ? piece : toText(piece(scope)));
    return text;
  };
}

/** Writes a value as it appears within text: nothing for undefined and null, JSON for objects. */
export function toText(value: Value): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Reads a value as a number: 0 where there is none. */
export function toNumber(value: Value): number {
  if (value === undefined || value === null || typeof value === 'object') return 0;
  const number = Number(value);
  return Number.isNaN(number) ? 0 : number;
}

function compilePath(segments: readonly Segment[]): Evaluate {
  const steps = segments.map((segment) =>
    typeof segment === 'string' ? () => segment : compileExpression(segment),
  );
  const [first, second] = segments;
  if (first === undefined) return (scope) => scope.stream.first?.view;
  if (first === 'ws') {
    if (typeof second !== 'string') return () => undefined;
    const rest = steps.slice(2);
    return (scope) => follow(scope.readWs(second), rest, scope);
  }
  const whole = steps.slice(1);
  const isOverlay = first === 'body' || first === 'metadata';
  return (scope) => {
    const view = scope.stream.first?.view;
    // A field of that name is closer to what the author sees than the overlay.
    if (isOverlay && !(view && Object.hasOwn(view, first)))
      return follow(first === 'body' ? view : scope.stream.metadata.value, whole, scope);
    return follow(view, steps, scope);
  };
}

function follow(start: Value, steps: readonly Evaluate[], scope: MessageScope): Value {
  let value = start;
  for (const step of steps) {
    if (value === undefined || value === null) return undefined;
    value = readStep(value, step(scope));
  }
  return value;
}

function readStep(value: Exclude<Value, null | undefined>, key: Value): Value {
  if (Array.isArray(value)) {
    if (key === 'length') return value.length;
    return typeof key === 'number' ? value[key] : undefined;
  }
  if (typeof value === 'string') return key === 'length' ? value.length : undefined;
  return isObject(value) && key !== undefined ? readMember(value, toText(key)) : undefined;
}

function compileBinary(operator: BinaryOperator, left: Evaluate, right: Evaluate): Evaluate {
  if (operator === '&&') return (scope) => left(scope) && right(scope);
  if (operator === '||') return (scope) => left(scope) || right(scope);
  const apply = operators[operator];
  return (scope) => apply(left(scope), right(scope));
}

const operators: Record<Exclude<BinaryOperator, '&&' | '||'>, (left: Value, right: Value) => Value> = {
  '===': isSame,
  '!==': (left, right) => !isSame(left, right),
  '==': isAlike,
  '!=': (left, right) => !isAlike(left, right),
  '<': (left, right) => compare(left, right) < 0,
  '<=': (left, right) => compare(left, right) <= 0,
  '>': (left, right) => compare(left, right) > 0,
  '>=': (left, right) => compare(left, right) >= 0,
  '+': (left, right) =>
    typeof left === 'string' || typeof right === 'string'
      ? join(toText(left), toText(right))
      : toNumber(left) + toNumber(right),
  '-': (left, right) => toNumber(left) - toNumber(right),
  '*': (left, right) => toNumber(left) * toNumber(right),
  '/': (left, right) => toNumber(left) / toNumber(right),
  '%': (left, right) => toNumber(left) % toNumber(right),
};

function isSame(left: Value, right: Value): boolean {
  if (typeof left === 'object' && typeof right === 'object')
    return JSON.stringify(left) === JSON.stringify(right);
  return left === right;
}

/** Like `isSame`, but numbers equal their text, and nothing equals null. */
function isAlike(left: Value, right: Value): boolean {
  if (left === undefined || left === null) return right === undefined || right === null;
  if (typeof left === 'number' || typeof right === 'number') return toText(left) === toText(right);
  return isSame(left, right);
}

function compare(left: Value, right: Value): number {
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : left > right ? 1 : 0;
  return toNumber(left) - toNumber(right);
}

function join(left: string, right: string): string {
  if (left.length + right.length > maxTextLength)
    throw new TooLongError(`a template yields more than ${maxTextLength} characters`);
  return left + right;
}

function compileHelper(name: HelperName, args: readonly Evaluate[]): Evaluate {
  const argument = (index: number, scope: MessageScope) => args[index]?.(scope);
  switch (name) {
    case 'now':
      return (scope) => new Date(scope.nowMs).toISOString();
    case 'uuid':
      return (scope) => scope.uuid;
    case 'randInt':
      return (scope) =>
        randomInteger(scope.stream.random, toNumber(argument(0, scope)), toNumber(argument(1, scope)));
    case 'randFromArray':
      return (scope) => {
        const array = argument(0, scope);
        if (!Array.isArray(array) || array.length === 0) return '';
        return array[randomInteger(scope.stream.random, 0, array.length - 1)];
      };
    case 'randSentence':
      return (scope) => randomSentence(scope.stream.random);
    case 'randParagraph':
      return (scope) => randomParagraph(scope.stream.random);
  }
}

/** Makes every string of a JSON value ready to run as a template; undefined where there is nothing to compute. */
export function compileJson(value: Json, parse: (text: string) => Template): Evaluate | undefined {
  if (typeof value === 'string') {
    const template = parse(value);
    return isDynamic(template) ? compileTemplate(template) : undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const entries = Object.entries(value).map(
    ([name, inner]) => [name, inner, compileJson(inner, parse)] as const,
  );
  if (entries.every(([, , evaluate]) => !evaluate)) return undefined;
  if (Array.isArray(value)) {
    return (scope) => entries.map(([, inner, evaluate]) => (evaluate ? (evaluate(scope) ?? null) : inner));
  }
  return (scope) => {
    const result: JsonObject = {};
    for (const [name, inner, evaluate] of entries) {
      const expanded = evaluate ? evaluate(scope) : inner;
      // A path that leads nowhere leaves the field at its default.
      if (expanded !== undefined) result[name] = expanded;
    }
    return result;
  };
}
