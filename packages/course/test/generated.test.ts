import { describe, expect, test } from 'vitest';
import { checkGenerated } from '../src/verify/generated.ts';
import { createTinyCourse, type TinyCourse } from './tiny-course.ts';

const stale = ['`gen/ask/v1/ask_pb.ts` is not what the `.proto` files say: run `pnpm generate`.'];

async function createContract(): Promise<TinyCourse> {
  const course = await createTinyCourse();
  await course.write('buf.yaml', 'version: v2\nmodules:\n  - path: proto\n');
  await course.write(
    'buf.gen.yaml',
    'version: v2\ninputs:\n  - directory: proto\nplugins:\n  - local: protoc-gen-es\n    out: gen\n    opt: target=ts\n',
  );
  await course.write('proto/ask/v1/ask.proto', 'syntax = "proto3";\npackage ask.v1;\nmessage Question {}\n');
  return course;
}

describe('checkGenerated()', () => {
  test('names a file that is not there', async () => {
    await using course = await createContract();
    expect(await checkGenerated(course.root)).toEqual(stale);
  });

  test('names a file that is not what the contract says, and one that nothing generates', async () => {
    await using course = await createContract();
    await course.write('gen/ask/v1/ask_pb.ts', '// old\n');
    await course.write('gen/left_pb.ts', '// behind\n');
    expect(await checkGenerated(course.root)).toEqual([
      ...stale,
      '`gen/left_pb.ts` is not what the `.proto` files say: run `pnpm generate`.',
    ]);
  });

  test('names a contract that cannot be compiled', async () => {
    await using course = await createContract();
    await course.write('proto/ask/v1/ask.proto', 'syntax = "proto3";\nmessage {}\n');
    const [problem] = await checkGenerated(course.root);
    expect(problem).toContain('`buf.gen.yaml` cannot be followed: proto/ask/v1/ask.proto:2:');
  });

  test('has nothing to say where there is no contract', async () => {
    await using course = await createTinyCourse();
    expect(await checkGenerated(course.root)).toEqual([]);
  });
});
