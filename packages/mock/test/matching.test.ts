import { create, type DescMessage, fromJson, toBinary } from '@bufbuild/protobuf';
import { describe, expect, test } from 'vitest';
import { MessageType } from '../src/compile/message-type.ts';
import { compilePattern, matches, type PatternSource } from '../src/compile/pattern.ts';
import { RuleIndex } from '../src/compile/rule-index.ts';
import { registry } from './mock-fixture.ts';

const chat = new MessageType(registry.getMessage('myapp.ChatMessage') as DescMessage, registry);
const chunk = new MessageType(registry.getMessage('myapp.FileChunk') as DescMessage, registry);
const control = new MessageType(registry.getMessage('myapp.ControlMessage') as DescMessage, registry);

function message(type: MessageType, json: object) {
  return type.decode(toBinary(type.desc, fromJson(type.desc, json as never)));
}

function isMatch(source: PatternSource, type: MessageType, json: object): boolean {
  return matches(compilePattern(source, type.desc), message(type, json));
}

describe('the view of a message', () => {
  test('has the names of the proto, defaults, enums by name, and 64-bit integers as numbers where they fit', () => {
    expect(message(control, { number: '5', streamEnabled: true }).view).toEqual({
      type: '',
      content: '',
      stream_enabled: true,
      interval: 0,
      number: 5,
      names: [],
    });
    expect(message(control, { inner: { number: '9007199254740993' } }).view.inner).toMatchObject({
      number: '9007199254740993',
    });
    expect(message(chat, { timestamp: '2001-02-03T00:00:00Z' }).view).toEqual({
      user_id: '',
      content: '',
      type: 'TEXT',
      timestamp: '2001-02-03T00:00:00Z',
    });
    expect(message(chunk, { data: 'AQI=' }).view).toEqual({ data: 'AQI=', sequence: 0, is_last: false });
  });

  test.each([
    ['myapp.ChatMessage', 'content'],
    ['myapp.Notification', 'message'],
    ['myapp.UploadResponse', undefined],
    ['myapp.FileChunk', undefined],
  ])('has its text in the field that is obvious: %s %s', (name, field) => {
    expect(new MessageType(registry.getMessage(name) as DescMessage, registry).textField?.name).toBe(field);
  });
});

describe('a pattern', () => {
  test.each<[PatternSource, MessageType, object, boolean]>([
    ['AUTH', chat, { content: 'AUTH' }, true],
    ['AUTH', chat, { content: 'AUTHOR' }, false],
    ['AUTH', chunk, {}, false],
    ['', chat, { userId: 'ada' }, true],
    ['', chat, { content: 'x' }, false],
    ['', chunk, {}, true],
    ['', chunk, { sequence: 1 }, false],
    ['.*', chunk, {}, true],
    ['.+', chat, { content: '' }, false],
    ['.+', chat, { content: 'x' }, true],
    ['.+', chunk, {}, false],
    ['.{500,}', chat, { content: 'x'.repeat(499) }, false],
    ['.{500,}', chat, { content: 'x'.repeat(500) }, true],
    ['(?i)hel+o', chat, { content: 'say HELLO' }, true],
    ['hel+o', chat, { content: 'say HELLO' }, false],
    ['"sequence":1,', chunk, { sequence: 1 }, false],
    ['"sequence":[12],', chunk, { sequence: 1 }, true],
    ['{"sequence":0}', chunk, {}, true],
    ['{"sequence":"1"}', chunk, { sequence: 1 }, true],
    ['{"isLast":true}', chunk, { isLast: true }, true],
    ['{"is_last":true}', chunk, { isLast: true }, true],
    [{ is_last: true, sequence: 2 }, chunk, { isLast: true }, false],
    ['{"type":"TEXT"}', chat, {}, true],
    ['{"type":1}', chat, { type: 'JOIN' }, true],
    ['{"type":1}', chat, {}, false],
    ['{"number":9007199254740993}', control, { number: '9007199254740993' }, true],
    ['{"number":9007199254740993}', control, { number: '9007199254740992' }, false],
    [{ number: '9007199254740993' }, control, { number: '9007199254740993' }, true],
    [{ number: '9007199254740993' }, control, { number: '9007199254740992' }, false],
    [{ names: ['a'] }, control, { names: ['a'] }, true],
    [{ names: ['a'] }, control, { names: ['a', 'b'] }, false],
    [{ inner: { content: 'x' } }, control, { inner: { content: 'x', interval: 3 } }, true],
    [{ inner: { content: 'x' } }, control, {}, false],
    [{ inner: null }, control, {}, true],
    [{ note: null }, control, { note: '' }, false],
    [{}, control, { note: 'x' }, true],
  ])('%j', (source, type, json, expected) => {
    expect(isMatch(source, type, json)).toBe(expected);
  });

  test('does not hang on what makes other engines hang', () => {
    expect(isMatch('^(a+)+$', chat, { content: `${'a'.repeat(50_000)}b` })).toBe(false);
  });
});

describe('the order of rules', () => {
  const find = (patterns: PatternSource[], json: object, order: 'specific' | 'file' = 'specific') => {
    const rules = patterns.map((source) => ({ rule: source, pattern: compilePattern(source, chat.desc) }));
    return [...new RuleIndex(rules, order).find(message(chat, json))];
  };

  test('is exact texts, subsets with many leaves, regular expressions, catch-alls', () => {
    const patterns = ['.*', 'h', 'hi', '{"type":"TEXT"}', 'h.', '{"type":"TEXT","user_id":"ada"}', '.+'];
    expect(find(patterns, { content: 'hi', userId: 'ada' })).toEqual([
      'hi',
      '{"type":"TEXT","user_id":"ada"}',
      '{"type":"TEXT"}',
      'h.',
      '.*',
      '.+',
    ]);
  });

  test('is that of the file among equals, or where the header wants it', () => {
    expect(find(['{"type":"TEXT"}', 'x.*', '{"user_id":"ada"}'], { content: 'x', userId: 'ada' })).toEqual([
      '{"type":"TEXT"}',
      '{"user_id":"ada"}',
      'x.*',
    ]);
    expect(find(['.*', '{"type":"TEXT"}', 'hi'], { content: 'hi' }, 'file')).toEqual([
      '.*',
      '{"type":"TEXT"}',
      'hi',
    ]);
  });

  test('finds among thousands of rules the same ones as one by one', () => {
    const sources = Array.from({ length: 3_000 }, (_, index): PatternSource[] => [
      { user_id: `user ${index % 1000}` },
      { type: index % 4, user_id: `user ${index % 500}` },
      `text ${index % 700}`,
    ]).flat();
    const compiled = sources.map((source) => compilePattern(source, chat.desc));
    const rules = compiled.map((pattern, rule) => ({ rule, pattern }));
    const index = new RuleIndex(rules, 'file');
    for (const json of [
      { userId: 'user 7' },
      { userId: 'user 777', content: 'text 77' },
      { type: 2, userId: 'user 302' },
    ]) {
      const sent = message(chat, json);
      const expected = rules.filter(({ pattern }) => matches(pattern, sent)).map(({ rule }) => rule);
      expect(expected.length).toBeGreaterThan(2);
      expect([...index.find(sent)]).toEqual(expected);
    }
  });
});

test('an empty message of a type is recognised whatever its fields', () => {
  expect(chunk.decode(toBinary(chunk.desc, create(chunk.desc))).byteLength).toBe(0);
});
