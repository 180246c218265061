import { promisify } from 'node:util';
import { createRegistry } from '@bufbuild/protobuf';
import { type ClientOptions, credentials, Server, ServerCredentials } from '@grpc/grpc-js';
import {
  type AsyncClient,
  type AsyncHandlers,
  createAsyncClient,
  createAsyncHandlers,
  createServiceDefinition,
} from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { createTap, type Tap, type TapOptions } from '../src/index.ts';

type Handlers = AsyncHandlers<typeof StreamingService>;

/** Echoes in all four kinds; a server stream sends `maxMessages` messages of 4,000 characters. */
const echo: Handlers = {
  unaryCall: ({ content }) => ({ content }),
  async *serverStreaming({ topic, maxMessages }) {
    for (let number = 1; number <= maxMessages; number++) yield { content: topic.repeat(4000) };
  },
  async clientStreaming(requests) {
    let messagesProcessed = 0;
    for await (const _ of requests) messagesProcessed++;
    return { messagesProcessed };
  },
  async *bidirectionalStreaming(requests) {
    for await (const { content } of requests) yield { content };
  },
};

/** A grpc-js server with a tap before it, and the clients that go through the tap; the end of the test closes all. */
export class TappedServer implements AsyncDisposable {
  readonly tap: Tap;
  readonly #server: Server;
  readonly #clients: { close(): void }[] = [];

  constructor(server: Server, tap: Tap) {
    this.#server = server;
    this.tap = tap;
  }

  connect(options?: ClientOptions): AsyncClient<typeof StreamingService> {
    const client = createAsyncClient(
      StreamingService,
      this.tap.address,
      credentials.createInsecure(),
      options,
    );
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.tap.close();
    this.#server.forceShutdown();
  }
}

export async function serveTapped(
  handlers: Partial<Handlers> = {},
  options: Partial<TapOptions> = {},
): Promise<TappedServer> {
  const server = new Server();
  const all = createAsyncHandlers(StreamingService, { ...echo, ...handlers });
  server.addService(createServiceDefinition(StreamingService), all);
  const port = await promisify(server.bindAsync.bind(server))(
    '127.0.0.1:0',
    ServerCredentials.createInsecure(),
  );
  const registry = createRegistry(StreamingService);
  const tap = await createTap({ target: { host: '127.0.0.1', port }, registry, ...options });
  return new TappedServer(server, tap);
}

/** Resolves with the first event that a condition holds for. */
export function watchFor<Event>(condition: (event: Event) => boolean): {
  onEvent: (event: Event) => void;
  seen: Promise<Event>;
} {
  const { promise, resolve } = Promise.withResolvers<Event>();
  return { onEvent: (event) => condition(event) && resolve(event), seen: promise };
}
