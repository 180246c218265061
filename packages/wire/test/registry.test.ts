import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { DescEnum, DescExtension, DescMessage, DescService } from '@bufbuild/protobuf';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadRegistry } from '../src/index.ts';

const files = {
  'a/v1/a.proto': `
    syntax = "proto3";
    package a.v1;
    import "google/protobuf/timestamp.proto";
    import "b/v1/b.proto";
    message A {
      enum Kind { KIND_UNSPECIFIED = 0; KIND_ONE = 1; }
      message Inner { repeated int32 numbers = 1; b.v1.B b = 2 [json_name = "renamed"]; }
      string snake_case_name = 1;
      optional int32 maybe = 2;
      map<string, Inner> by_name = 3;
      map<int32, Kind> kinds = 4;
      oneof choice { string text = 5; int64 number = 6; }
      google.protobuf.Timestamp at = 7;
      Kind kind = 8;
      repeated double loose = 9 [packed = false];
    }
    service AService {
      rpc Download(A) returns (stream b.v1.B);
      rpc Upload(stream A) returns (A);
    }`,
  'b/v1/b.proto': `
    syntax = "proto2";
    package b.v1;
    enum Closed { THREE = 3; FOUR = 4; }
    message B {
      required string name = 1;
      optional Closed closed = 3;
      repeated int32 loose = 4;
      repeated int32 tight = 5 [packed = true];
      optional group Pair = 6 { optional int32 left = 1; }
    }`,
};
const proto = new URL('../../../proto', import.meta.url).pathname;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'streamlings-wire-'));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const fieldProperties = [
  ...['name', 'jsonName', 'number', 'fieldKind', 'scalar', 'presence'],
  ...['listKind', 'packed', 'mapKey', 'mapKind', 'delimitedEncoding'],
];

/** What the decoding to JSON depends on. */
function describeType(type: DescMessage | DescEnum | DescExtension | DescService | undefined): unknown {
  switch (type?.kind) {
    case 'message':
      return type.fields.map((field) => [
        fieldProperties.map((key) => Reflect.get(field, key)),
        [field.message?.typeName, field.enum?.typeName, field.oneof?.name],
      ]);
    case 'enum':
      return [type.open, type.values.map(({ name, number }) => [name, number])];
    case 'service':
      return type.methods.map(({ name, methodKind, input, output }) => [
        name,
        methodKind,
        input.typeName,
        output.typeName,
      ]);
    default:
      return undefined;
  }
}

describe('loadRegistry', () => {
  test.each([
    ['all that differs between syntaxes', () => folder],
    ["the course's protos", () => proto],
  ])('reads a folder as buf does: %s', async (_, find) => {
    const image = join(folder, 'image.binpb');
    execFileSync(new URL('../node_modules/.bin/buf', import.meta.url).pathname, [
      'build',
      find(),
      '-o',
      image,
    ]);
    const [parsed, built] = [await loadRegistry(find()), await loadRegistry(image)];
    const types = [...built];
    expect(types.length).toBeGreaterThan(5);
    for (const { kind, typeName } of types) {
      const pick = [...parsed].find((type) => type.kind === kind && type.typeName === typeName);
      const same = types.find((type) => type.kind === kind && type.typeName === typeName);
      expect([typeName, describeType(pick)]).toEqual([typeName, describeType(same)]);
    }
  });

  test('reads one .proto file with its imports', async () => {
    writeFileSync(
      join(folder, 'one.proto'),
      'syntax = "proto3"; package one; import "two.proto"; message A { two.B b = 1; }',
    );
    writeFileSync(join(folder, 'two.proto'), 'syntax = "proto3"; package two; message B {}');
    const registry = await loadRegistry(join(folder, 'one.proto'));
    const names = [...registry].map(({ typeName }) => typeName);
    expect(names.filter((name) => !name.startsWith('google.')).sort()).toEqual(['one.A', 'two.B']);
  });

  test('refuses a folder without protos, and one with a broken proto', async () => {
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await expect(loadRegistry(empty)).rejects.toThrow('there is no .proto file');
    writeFileSync(join(empty, 'x.proto'), 'syntax = "proto3"; message {');
    await expect(loadRegistry(empty)).rejects.toThrow(/^illegal .*x\.proto, line 1/);
    writeFileSync(join(empty, 'x.proto'), 'syntax = "proto3"; message A { int32 a = 1 }');
    await expect(loadRegistry(empty)).rejects.toThrow(/^x\.proto: illegal .*line 1/);
    writeFileSync(join(empty, 'x.txt'), 'no descriptors');
    await expect(loadRegistry(join(empty, 'x.txt'))).rejects.toThrow('x.txt is no descriptor set');
    rmSync(empty, { recursive: true });
  });
});
