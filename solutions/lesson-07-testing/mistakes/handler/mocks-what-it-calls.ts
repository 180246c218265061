// misconception: L7-02
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
import { expect, test, vi } from 'vitest';

type Handlers = ServiceHandlers<typeof StreamingService>;
type MessageInit = MessageInitShape<typeof MessageSchema>;

/** What is tested: `handlers` makes new ones that work with a World. */
export interface Subject {
  handlers(world: World): Handlers;
}

/** Declares the tests of `UnaryCall`. */
export function suite({ handlers }: Subject): void {
  test('calls back with an echo', async () => {
    const { world } = createWorld();
    const call = { request: create(MessageSchema, { content: 'hi', sender: 'ada' }) };
    const callback = vi.fn();
    await handlers(world).unaryCall(call as ServerUnaryCall<Message, MessageInit>, callback);
    expect(callback).toHaveBeenCalledWith(null, expect.objectContaining({ content: 'Echo: hi' }));
  });

  test('refuses an empty message', async () => {
    const { world } = createWorld();
    const callback = vi.fn();
    await handlers(world).unaryCall(
      { request: create(MessageSchema) } as ServerUnaryCall<Message, MessageInit>,
      callback,
    );
    expect(callback).toHaveBeenCalledWith(expect.objectContaining({ code: status.INVALID_ARGUMENT }));
  });
}
