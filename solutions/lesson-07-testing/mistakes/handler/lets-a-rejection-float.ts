// misconception: L7-14
// fails: asserts something in every test, and leaves no error to nobody
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type ServerUnaryCall, status } from '@grpc/grpc-js';
import { createWorld, type World } from '@streamlings/grading/world';
import type { ServiceHandlers } from '@streamlings/grpc';
import {
  type Message,
  MessageSchema,
  type StreamingService,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect, test } from 'vitest';

type Handlers = ServiceHandlers<typeof StreamingService>;
type MessageInit = MessageInitShape<typeof MessageSchema>;

/** What is tested: `handlers` makes new ones that work with a World. */
export interface Subject {
  handlers(world: World): Handlers;
}

/** What a handler called back with. */
interface Answer {
  code: status;
  details: string;
  message: MessageInit | undefined;
}

/** Calls `UnaryCall` without a server and resolves with its answer. A unary handler sees of its call the request. */
function ask({ unaryCall }: Handlers, request: MessageInit): Promise<Answer> {
  const call = { request: create(MessageSchema, request) } as ServerUnaryCall<Message, MessageInit>;
  return new Promise((resolve) => {
    unaryCall(call, (error, message) =>
      resolve({
        code: error?.code ?? status.OK,
        details: error?.details ?? '',
        message: message ?? undefined,
      }),
    );
  });
}

/** Declares the tests of `UnaryCall`. */
export function suite({ handlers }: Subject): void {
  const request = { content: 'hi', sender: 'ada' };

  test('echoes a message and keeps it', async () => {
    const { world, controls } = createWorld();
    const message = { content: 'Echo: hi', sender: 'server', timestamp: BigInt(world.clock.now()) };
    expect(await ask(handlers(world), request)).toMatchObject({ code: status.OK, message });
    expect([...controls.store.entries]).toEqual([['ada/hi', 'hi']]);
  });

  test('tells a broken store from a right one', async () => {
    const { world, controls } = createWorld();
    const succeed = async () => {
      const { code } = await ask(handlers(world), request);
      if (code !== status.OK) throw new Error(`status ${code}`);
    };
    controls.store.failNext('EIO', 'broken');
    succeed();
    expect([...controls.store.entries]).toEqual([]);
  });

  test('answers when the message is kept, and not before', async () => {
    const { world, controls } = createWorld();
    const release = controls.store.hold();
    const answer = ask(handlers(world), request);
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(await Promise.race([answer, 'none yet'])).toBe('none yet');
    release();
    expect((await answer).code).toBe(status.OK);
  });

  test.each([
    [{ ...request, ttlSeconds: 0 }, status.OK],
    [{ content: 'hi' }, status.INVALID_ARGUMENT],
    [{ sender: 'ada' }, status.INVALID_ARGUMENT],
  ])('keeps nothing of %o, and answers with status %i', async (request, code) => {
    const { world, controls } = createWorld();
    expect((await ask(handlers(world), request)).code).toBe(code);
    expect(controls.store.puts).toBe(0);
  });

  test.each([
    ['EEXIST', status.ALREADY_EXISTS],
    ['EDQUOT', status.RESOURCE_EXHAUSTED],
    ['EIO', status.INTERNAL],
  ] as const)('answers %s of the store with status %i, and in its own words', async (failure, code) => {
    const { world, controls } = createWorld();
    controls.store.failNext(failure, 'disk sda1');
    const answer = await ask(handlers(world), request);
    expect(answer).toMatchObject({ code, details: expect.not.stringContaining('sda1') });
  });
}
