import { promisify } from 'node:util';
import { type ClientOptions, credentials, Server, ServerCredentials, status } from '@grpc/grpc-js';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import {
  type AsyncClient,
  type AsyncHandlers,
  type AsyncHandlersOptions,
  createAsyncClient,
  createAsyncHandlers,
  createServiceDefinition,
  type ServiceHandlers,
  StatusError,
} from '../src/index.ts';

export type StreamingHandlers = AsyncHandlers<typeof StreamingService>;

const unimplemented = () => {
  throw new StatusError(status.UNIMPLEMENTED, 'not part of this test');
};

/** The four handlers, those that a test leaves out answering UNIMPLEMENTED; `unaryCall` echoes, as a barrier. */
export function completeHandlers(handlers: Partial<StreamingHandlers>): StreamingHandlers {
  return {
    unaryCall: ({ content }) => ({ content }),
    serverStreaming: unimplemented,
    clientStreaming: unimplemented,
    bidirectionalStreaming: unimplemented,
    ...handlers,
  };
}

/** A server on a free port with the clients made for it; the end of the test closes all. */
export class RunningServer implements AsyncDisposable {
  readonly server: Server;
  readonly address: string;
  readonly #clients: { close(): void }[] = [];

  constructor(server: Server, port: number) {
    this.server = server;
    this.address = `127.0.0.1:${port}`;
  }

  connect(options?: ClientOptions): AsyncClient<typeof StreamingService> {
    const client = createAsyncClient(StreamingService, this.address, credentials.createInsecure(), options);
    this.#clients.push(client);
    return client;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    this.server.forceShutdown();
  }
}

export async function startServer(configure: (server: Server) => void): Promise<RunningServer> {
  const server = new Server();
  configure(server);
  const bind = promisify(server.bindAsync.bind(server));
  return new RunningServer(server, await bind('127.0.0.1:0', ServerCredentials.createInsecure()));
}

/** Serves the streaming service with plain grpc-js handlers. */
export function servePlain(handlers: ServiceHandlers<typeof StreamingService>): Promise<RunningServer> {
  return startServer((server) => server.addService(createServiceDefinition(StreamingService), handlers));
}

/** Serves the streaming service with async handlers. */
export function serve(
  handlers: Partial<StreamingHandlers>,
  options?: AsyncHandlersOptions,
): Promise<RunningServer> {
  return servePlain(createAsyncHandlers(StreamingService, completeHandlers(handlers), options));
}

/** One round trip on the client's connection: what it sent before, the server has then processed. */
export async function barrier(client: AsyncClient<typeof StreamingService>): Promise<void> {
  await client.unaryCall({ content: 'barrier' });
}
