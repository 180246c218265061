import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRegistry } from '@streamlings/wire';
import { afterAll, describe, expect, test } from 'vitest';
import { encodeDetail } from '../src/compile/compile-entry.ts';
import { MessageType } from '../src/compile/message-type.ts';
import { type Finding, lintScenarios } from '../src/lint/lint.ts';
import { loadScenarios } from '../src/server/load-scenarios.ts';

const folder = mkdtempSync(join(tmpdir(), 'streamlings-mock-'));
afterAll(() => rmSync(folder, { recursive: true }));
writeFileSync(
  join(folder, 'shelf.proto'),
  `syntax = "proto3";
  package shelf.v1;
  service Shelf { rpc Look(Box) returns (Box); }
  enum Size { SIZE_UNSPECIFIED = 0; SIZE_BIG = 1; }
  message Box {
    map<string, int32> counts = 1; map<string, Box> boxes = 2; map<string, bool> flags = 3; map<string, string> words = 4;
    repeated int64 numbers = 5; repeated string names = 6; repeated Size sizes = 7; repeated bytes blobs = 8;
  }`,
);
const registry = await loadRegistry(join(folder, 'shelf.proto'));
const box = new MessageType(registry.getMessage('shelf.v1.Box') as never, registry);

describe('a computed value', () => {
  test('that is nothing is the default of an element, which cannot be left out', () => {
    const nothing = { counts: { a: '' }, boxes: { a: '' }, flags: { a: '' }, words: { a: '' } };
    const elements = { numbers: ['', 1], names: [null, 'x'], sizes: [''], blobs: [''] };
    const { view } = box.decode(box.encode({ ...nothing, ...elements } as never, true));
    expect(view).toMatchObject({
      ...{ counts: { a: 0 }, flags: { a: false }, words: { a: '' } },
      ...{ numbers: [0, 1], names: ['', 'x'], sizes: ['SIZE_UNSPECIFIED'], blobs: [''] },
    });
    expect(view.boxes).toHaveProperty('a');
  });

  test('in a map or a list is no mistake to lint', () => {
    const text =
      '{"dir":"out","text":{"counts":{"a":"{{request.names.length}}"},"sizes":["{{request.sizes[0]}}"]}}';
    const find = (source: string): Finding[] =>
      lintScenarios([{ file: 'shelf.v1.Shelf.Look.jsonl', text: source }], registry);
    expect(find(text)).toEqual([]);
    expect(find(text.replace('"counts"', '"count"'))).toMatchObject([{ rule: 'cannot-encode' }]);
  });

  test('fits the fields of a detail of an error', () => {
    const file = 'shelf.v1.Shelf.Look.jsonl';
    const detail = { '@type': 'shelf.v1.Box', words: { id: 404, done: true }, counts: { a: '' } };
    expect(box.decode(Buffer.from(encodeDetail(detail, registry).value)).view).toMatchObject({
      words: { id: '404', done: 'true' },
      counts: { a: 0 },
    });
    const text = JSON.stringify({
      dir: 'out',
      error: { code: 5, details: [{ '@type': 'shelf.v1.Box', word: 1 }] },
    });
    expect(() => loadScenarios([{ file, text }], registry)).toThrow('This detail cannot be encoded');
  });
});
