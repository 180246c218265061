import { create } from '@bufbuild/protobuf';
import { type ServerUnaryCall, StatusBuilder, type sendUnaryData, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { type Message, MessageSchema } from '@streamlings/proto/streamlings/streaming/v1/streaming';

const codes = new Map<unknown, status>([
  ['EEXIST', status.ALREADY_EXISTS],
  ['EDQUOT', status.RESOURCE_EXHAUSTED],
  ['EACCES', status.PERMISSION_DENIED],
  ['EBUSY', status.UNAVAILABLE],
]);

class Keeper {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  async unaryCall(call: ServerUnaryCall<Message, Message>, callback: sendUnaryData<Message>): Promise<void> {
    try {
      callback(null, await this.#answer(call.request));
    } catch (error) {
      callback(new StatusBuilder().withCode(codeOf(error)).withDetails('the message was not kept').build());
    }
  }

  async #answer({ sender, content, ttlSeconds }: Message): Promise<Message> {
    if (!sender || !content) throw Object.assign(new Error('incomplete'), { code: status.INVALID_ARGUMENT });
    const keeps = ttlSeconds === undefined || ttlSeconds > 0;
    if (keeps) await this.#world.store.put(`${sender}/${content}`, content);
    const timestamp = BigInt(this.#world.clock.now());
    return create(MessageSchema, { content: `Echo: ${content}`, sender: 'server', timestamp });
  }
}

function codeOf(error: unknown): status {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : (codes.get(code) ?? status.INTERNAL);
}

export const handlers = (world: World) => new Keeper(world);
