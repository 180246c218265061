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

  // TODO: Test what `UnaryCall` promises in streaming.proto, each promise with a World of its own.
  //   `createWorld()` makes one; `controls.store` holds, fails, counts, and shows what is kept.
  // TODO: Let no test end before it has asserted what it is there for, and wait for no clock.
}
