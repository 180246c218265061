// misconception: L7-08
// fails: notices every broken handler
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
  test('answers', async () => {
    const { world } = createWorld();
    const { message } = await ask(handlers(world), { content: 'hi', sender: 'ada' });
    expect(message).toBeDefined();
  });

  test('refuses an empty message', async () => {
    const { world } = createWorld();
    const { code } = await ask(handlers(world), {});
    expect(code).not.toBe(undefined);
  });
}
