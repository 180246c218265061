import { describe, expect, test } from 'vitest';
import { ExpressionError } from '../src/dialect/expression.ts';
import type { JsonObject } from '../src/dialect/json.ts';
import { escapeTemplate, parseTemplate } from '../src/dialect/template.ts';
import { VirtualClock } from '../src/engine/clock.ts';
import { compileTemplate, type Value } from '../src/engine/evaluate.ts';
import { createRandom } from '../src/engine/random.ts';
import { MessageScope, type Received } from '../src/engine/scope.ts';

const view: JsonObject = {
  topics: ['a', 'b'],
  user_id: 'ada',
  count: 3,
  big: '9007199254740993',
  empty: '',
  inner: { deep: [{ name: 'x' }] },
  constructor_like: null,
};

function received(object: JsonObject): Received {
  return { view: object, text: undefined, json: JSON.stringify(object), byteLength: 1 };
}

function evaluate(text: string, state: JsonObject = {}, seed = 1): Value {
  const first = received(view);
  const message = received({ content: 'second', type: 'TEXT' });
  const metadata = { value: { 'x-user': 'grace' } };
  const scope = {
    first,
    message,
    lastMessage: first,
    index: 2,
    connectionId: '7',
    metadata,
    state,
    random: createRandom(seed),
  };
  return compileTemplate(parseTemplate(text))(
    new MessageScope(scope, new VirtualClock(Date.UTC(2001, 1, 3)), 0),
  );
}

function problemOf(text: string): { message: string; offset: number } {
  try {
    parseTemplate(text);
  } catch (error) {
    if (error instanceof ExpressionError) return { message: error.message, offset: error.offset };
    throw error;
  }
  throw new Error(`${text} is fine`);
}

describe('an expression', () => {
  test.each<[string, Value]>([
    ['{{request.topics[0]}}', 'a'],
    ['{{request.topics[request.topics.length - 1]}}', 'b'],
    ['{{request.topics.length}}', 2],
    ['{{request.user_id.length}}', 3],
    ['{{request.userId}}', 'ada'],
    ['{{request["user_id"]}}', 'ada'],
    ['{{request.inner.deep[0].name}}', 'x'],
    ['{{request.body.count}}', 3],
    ['{{request.ws.message.content}}', 'second'],
    ['{{request.ws.message}}', { content: 'second', type: 'TEXT' }],
    ['{{request.ws.lastMessage.user_id}}', 'ada'],
    ['{{request.ws.connectionId}}', '7'],
    ['{{request.ws.index}}', 2],
    ['{{request.metadata["x-user"]}}', 'grace'],
    ["{{request.ws.metadata['x-user']}}", 'grace'],
    ['{{request.nothing.at.all}}', undefined],
    ['{{request.ws.state.chunks + 1}}', 1],
    ['{{request.count + 1}}', 4],
    ['{{1 + 2 * 3 - 4 / 2 % 3}}', 5],
    ['{{(1 + 2) * -3}}', -9],
    ["{{'a' + 1}}", 'a1'],
    ["{{request.nothing + 'a'}}", 'a'],
    ["{{request.ws.message.type === 'TEXT'}}", true],
    ["{{request.ws.message.type !== 'TEXT'}}", false],
    ["{{request.count == '3'}}", true],
    ["{{request.count === '3'}}", false],
    ['{{request.nothing == null}}', true],
    ['{{request.nothing < 1}}', true],
    ['{{request.big == "9007199254740993"}}', true],
    ["{{'b' > 'a' && 2 >= 2 && 1 <= 1}}", true],
    ['{{request.interval || 2000}}', 2000],
    ['{{request.empty || request.user_id}}', 'ada'],
    ['{{!request.ws.state.authenticated}}', true],
    ['{{!!request.user_id}}', true],
    ["{{request.count > 2 ? 'many' : 'few'}}", 'many'],
    ["{{'it''s' == 'x' ? 1 : 2}}", undefined],
    ['{{true && !false}}', true],
    ['{{now}}', '2001-02-03T00:00:00.000Z'],
    ['{{randInt 5 5}}', 5],
    ['{{randInt 5 request.count + 1}}', undefined],
    ['{{randFromArray request.nothing}}', ''],
  ])('%s', (text, expected) => {
    if (expected === undefined && /''|count \+ 1\}/.test(text))
      expect(() => evaluate(text)).toThrow(ExpressionError);
    else expect(evaluate(text)).toEqual(expected);
  });

  test.each([
    '{{request.constructor}}',
    '{{request.__proto__}}',
    '{{request.topics.constructor}}',
    '{{request.topics["push"]}}',
    '{{request.user_id.constructor}}',
    '{{request.ws.state.toString}}',
    '{{request.ws.constructor}}',
    '{{request["__proto__"]["polluted"]}}',
  ])('reaches nothing but data: %s', (text) => {
    expect(evaluate(text)).toBeUndefined();
  });

  test.each<[string, string, number]>([
    ['{{request.a.match(/x/)}}', 'Functions cannot be called', 17],
    ['{{request.a.toUpperCase()}}', 'Functions cannot be called', 23],
    ['{{#if request.a}}', 'Blocks such as `{{#if}}` are not known', 2],
    ['{{now+1h}}', '`now` takes no offset', 5],
    [
      "{{request.metadata.x-user-id == ''}}",
      "write a name with hyphens as `['x-user-id']`, without the dot",
      21,
    ],
    ['{{process.exit}}', '`process` is not known: paths start with `request`', 2],
    ['{{request.a}', 'The template has no end', 0],
    ["{{'abc}}", 'This string has no end', 2],
    ['{{request.a +}}', 'The expression breaks off here', 13],
    ['{{randInt 1}}', '`randInt` takes 2 arguments', 2],
    ['{{uuid 4}}', '`uuid` takes no arguments', 2],
    ['{{1 + uuid}}', '`uuid` must stand alone', 6],
    ['{{(request.a}}', 'A `)` is missing here', 12],
    ['{{request.a = 1}}', '`=` means nothing here', 12],
    [`{{${'('.repeat(60)}1${')'.repeat(60)}}}`, 'nest at most 50 deep', 52],
    [`{{${'!'.repeat(60)}1}}`, 'At most 50 signs', 62],
    [`{{${'1+'.repeat(3000)}1}}`, 'An expression has at most 4000 characters', 2],
  ])('is refused with a reason and a place: %s', (text, message, offset) => {
    const problem = problemOf(text);
    expect(problem.message).toContain(message);
    expect(problem.offset).toBe(offset);
  });

  test('keeps the type of its value where it is the whole string, and becomes text among text', () => {
    expect(evaluate('{{request.count}}')).toBe(3);
    expect(evaluate('n={{request.count}}, {{request.topics}}, {{request.nothing}}.')).toBe(
      'n=3, ["a","b"], .',
    );
  });

  test('keeps braces within quotes, and an escaped text comes out unchanged', () => {
    expect(evaluate("{{'}}' + '{{'}}")).toBe('}}{{');
    const text = 'a {{request.user_id}} b {{{{ }}';
    expect(evaluate(escapeTemplate(text))).toBe(text);
  });

  test('does not backtrack on quotes that do not pair', () => {
    expect(() => parseTemplate(`{{${`''`.repeat(900)}'`)).toThrow('no end');
  });

  test('does not let text grow without bounds', () => {
    const s = 'x'.repeat(3 * 1024 * 1024);
    expect(() => evaluate('{{request.ws.state.s + request.ws.state.s}}', { s })).toThrow('more than');
    expect(() => evaluate('{{request.ws.state.s}}{{request.ws.state.s}}', { s })).toThrow('more than');
  });
});

describe('a helper', () => {
  test('is the same for the same seed, and within its bounds', () => {
    const numbers = Array.from({ length: 200 }, (_, seed) => evaluate('{{randInt 3 1}}', {}, seed));
    expect(new Set(numbers)).toEqual(new Set([1, 2, 3]));
    expect(evaluate('{{randParagraph}}', {}, 5)).toBe(evaluate('{{randParagraph}}', {}, 5));
    expect(evaluate('{{randParagraph}}', {}, 5)).not.toBe(evaluate('{{randParagraph}}', {}, 6));
    expect(['a', 'b']).toContain(evaluate('{{randFromArray request.topics}}'));
  });

  test('gives one message one uuid', () => {
    const [, first, second] = /^(.{36}) (.{36})$/.exec(String(evaluate('{{uuid}} {{uuid}}'))) ?? [];
    expect(first).toMatch(/^[\da-f]{8}-[\da-f]{4}-4/);
    expect(second).toBe(first);
  });
});
