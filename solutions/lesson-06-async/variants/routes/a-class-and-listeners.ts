import {
  type Client,
  Code,
  ConnectError,
  type ConnectRouter,
  type HandlerContext,
} from '@connectrpc/connect';
import type { SourceItem, World } from '@streamlings/grading';
import { BadRequestSchema } from '@streamlings/grpc/google/rpc/error_details';
import {
  type Message,
  StreamingService,
  type StreamRequest,
} from '@streamlings/proto/streamlings/streaming/v1/streaming';

type Inspect = (content: string) => Iterable<unknown>;

/** A service as a class, with listeners on the signal where there is something to stop. */
class AsyncService {
  readonly #world: World;
  readonly #upstream: Client<typeof StreamingService>;
  readonly #inspect: Inspect;

  constructor(world: World, upstream: Client<typeof StreamingService>, inspect: Inspect) {
    this.#world = world;
    this.#upstream = upstream;
    this.#inspect = inspect;
  }

  async unaryCall({ content }: Message) {
    if (content === '') throw violation('content');
    let pieces = 0;
    for (const _piece of this.#inspect(content)) {
      if (++pieces % 50 === 0) await new Promise((resolve) => setTimeout(resolve));
    }
    return reply(`Async echo: ${content}`);
  }

  async *serverStreaming({ topic, maxMessages }: StreamRequest, { signal }: HandlerContext) {
    if (topic === '') throw violation('topic');
    if (maxMessages < 0) throw violation('max_messages');
    const items: AsyncIterator<SourceItem> = this.#world.source.open(topic);
    const close = () => void items.return?.();
    signal.addEventListener('abort', close, { once: true });
    try {
      for (let sent = 0; sent < (maxMessages || 5); sent++) {
        const { done, value } = await items.next();
        if (done) return;
        yield reply(`Async message ${value.index}`);
      }
    } finally {
      signal.removeEventListener('abort', close);
      close();
    }
  }

  async clientStreaming(requests: AsyncIterable<Message>) {
    const lengths: number[] = [];
    const iterator = requests[Symbol.asyncIterator]();
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      const { sender, content } = next.value;
      await this.#world.store.put(`${sender}/${content}`, content);
      lengths.push(content.length);
    }
    const total = lengths.reduce((sum, length) => sum + length, 0);
    return {
      messagesProcessed: lengths.length,
      status: `Processed ${lengths.length} messages, total length: ${total}`,
    };
  }

  async *bidirectionalStreaming(requests: AsyncIterable<Message>, context: HandlerContext) {
    for await (const { content } of requests) {
      const left = context.timeoutMs();
      const options = { signal: context.signal, ...(left === undefined ? {} : { timeoutMs: left }) };
      yield reply(`Async echo: ${(await this.#upstream.unaryCall({ content }, options)).content}`);
    }
  }
}

/** Registers the class; its methods find their fields because they are bound. */
export function routes(
  world: World,
  upstream: Client<typeof StreamingService>,
  inspect: Inspect,
): (router: ConnectRouter) => void {
  return (router) => router.service(StreamingService, new AsyncService(world, upstream, inspect));
}

function reply(content: string) {
  return { content, sender: 'async-server' };
}

function violation(field: string): ConnectError {
  const error = new ConnectError(`bad ${field}`, Code.InvalidArgument);
  error.details.push({ desc: BadRequestSchema, value: { fieldViolations: [{ field }] } });
  return error;
}
