import { readFileSync } from 'node:fs';
import type { DescService, JsonObject } from '@bufbuild/protobuf';
import { credentials, type Metadata } from '@grpc/grpc-js';
import { createAsyncClient, type Responses } from '@streamlings/grpc';
import { loadRegistry } from '@streamlings/wire';
import {
  createMockServer,
  type JournalEvent,
  type MockServer,
  type MockServerOptions,
  VirtualClock,
} from '../src/index.ts';

const folder = new URL('conformance/', import.meta.url).pathname;

/** The services of the dialect's documents, with their protos mended. */
export const registry = await loadRegistry(`${folder}proto`);

/** One of the blocks of the dialect's documents. */
export function readBlock(name: string): string {
  return readFileSync(`${folder}${name}.jsonl`, 'utf8');
}

export interface AnyMessage extends JsonObject {
  // biome-ignore lint/suspicious/noExplicitAny: the types are known at run time only
  [name: string]: any;
}

interface Options {
  signal?: AbortSignal;
  deadline?: number;
  metadata?: Metadata;
  onHeaders?(headers: Metadata): void;
  onTrailers?(trailers: Metadata): void;
}

/** The client of a service whose types are known at run time only; every method has each of these shapes. */
export interface AnyClient extends Disposable {
  // biome-ignore lint/suspicious/noExplicitAny: see above
  [method: string]: any;
  close(): void;
}

/** A mock server with clients; time passes only where the clock is told so. */
export class MockFixture implements AsyncDisposable {
  readonly mock: MockServer;
  readonly clock: VirtualClock;
  readonly #clients: AnyClient[] = [];

  constructor(mock: MockServer, clock: VirtualClock) {
    this.mock = mock;
    this.clock = clock;
  }

  static async start(
    scenarios: MockServerOptions['scenarios'] = {},
    options: Partial<MockServerOptions> = {},
  ): Promise<MockFixture> {
    const clock = new VirtualClock();
    const mock = await createMockServer({ proto: registry, scenarios, clock, seed: 1, ...options });
    return new MockFixture(mock, clock);
  }

  client(service: string, options = {}): AnyClient {
    const desc = registry.getService(service) as DescService;
    const client = createAsyncClient(desc, this.mock.address, credentials.createInsecure(), {
      'grpc.enable_retries': 0,
      ...options,
    }) as unknown as AnyClient;
    this.#clients.push(client);
    return client;
  }

  /** The events of the latest stream. */
  get events(): JournalEvent[] {
    return [...(this.mock.journal.streams.at(-1)?.events ?? [])];
  }

  /** Resolves with the next event of a kind. */
  next(kind: JournalEvent['kind']): Promise<JournalEvent> {
    const { promise, resolve } = Promise.withResolvers<JournalEvent>();
    const stop = this.mock.journal.watch((_, event) => {
      if (event.kind !== kind) return;
      stop();
      resolve(event);
    });
    return promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.mock.close();
  }
}

/** A request stream that is written to by hand. */
export class Requests implements AsyncIterable<AnyMessage> {
  readonly #waiting: AnyMessage[] = [];
  #isEnded = false;
  #wake = () => {};

  send(message: AnyMessage): void {
    this.#waiting.push(message);
    this.#wake();
  }

  end(): void {
    this.#isEnded = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncIterator<AnyMessage> {
    while (true) {
      yield* this.#waiting.splice(0);
      if (this.#isEnded) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      if (this.#waiting.length === 0) await promise;
    }
  }
}

/** Both ends of a bidirectional call. */
export class Talk {
  readonly #requests = new Requests();
  readonly #responses: Responses<AnyMessage>;
  /** A call starts when its first message is asked for. */
  #first: Promise<IteratorResult<AnyMessage, undefined>> | undefined;

  constructor(
    method: (requests: Requests, options: Options) => Responses<AnyMessage>,
    options: Options = {},
  ) {
    this.#responses = method(this.#requests, options);
    this.#first = this.#responses.next();
    this.#first.catch(() => {});
  }

  send(message: AnyMessage): void {
    this.#requests.send(message);
  }

  end(): void {
    this.#requests.end();
  }

  /** The next message of the server; undefined at the end. */
  async next(): Promise<AnyMessage | undefined> {
    const result = this.#first ?? this.#responses.next();
    this.#first = undefined;
    return (await result).value;
  }

  async ask(message: AnyMessage): Promise<AnyMessage | undefined> {
    this.send(message);
    return this.next();
  }

  cancel(): Promise<unknown> {
    return this.#responses.return();
  }
}

/** All messages of a call. */
export async function collect(responses: AsyncIterable<AnyMessage>): Promise<AnyMessage[]> {
  const messages: AnyMessage[] = [];
  for await (const message of responses) messages.push(message);
  return messages;
}

/** What a call fails with. */
export async function failure(
  call: Promise<unknown>,
): Promise<{ code: number; details: string; [key: string]: unknown }> {
  return call.then(
    () => {
      throw new Error('the call went well');
    },
    (error) => error,
  );
}
