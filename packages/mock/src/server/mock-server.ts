import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Registry } from '@bufbuild/protobuf';
import {
  Server,
  ServerCredentials,
  ServerInterceptingCall,
  type ServerInterceptor,
  status,
} from '@grpc/grpc-js';
import { addHealth, Health, type HealthStatuses, ServingStatus } from '@streamlings/grpc/health';
import { MockAdminService } from '../../gen/streamlings/mock/v1/mock_pb.ts';
import type { Json } from '../dialect/json.ts';
import { type Clock, systemClock } from '../engine/clock.ts';
import { defaultLimits, type StreamLimits } from '../engine/limits.ts';
import { createRandom, type Random } from '../engine/random.ts';
import { addAdmin } from './admin.ts';
import { Catalog } from './catalog.ts';
import { Journal } from './journal.ts';
import { loadScenarios, readProtos, readScenarioFiles, type ScenarioFile } from './load-scenarios.ts';
import { type CallEnvironment, MockCall } from './mock-call.ts';
import type { MockServerOptions } from './options.ts';
import { ServedServices } from './services.ts';
import { type Expectation, type Verdict, verifyExpectation } from './verify.ts';

const flushMs = 200;

/** A running mock server; `await using` closes it at once. */
export class MockServer implements AsyncDisposable, CallEnvironment {
  /** Where it listens, as `host:port`. */
  readonly address: string;
  readonly port: number;
  /** What makes everything random the same again. */
  readonly seed: number;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly limits: StreamLimits;
  readonly #options: MockServerOptions;
  readonly #server: Server;
  readonly #health: HealthStatuses;
  readonly #services: ServedServices;
  readonly #shutdown = new AbortController();
  readonly #calls = new Map<string, MockCall>();
  #catalog: Catalog;
  /** What the server's services were made of. */
  #served: Registry | undefined;
  #lastId = 0;
  #onIdle: (() => void) | undefined;
  #stopWatching: (() => Promise<void>) | undefined;

  private constructor(
    options: MockServerOptions,
    catalog: Catalog,
    listening: { server: Server; port: number },
  ) {
    const { host = '127.0.0.1', clock = systemClock, limits, journalBytes, admin = true } = options;
    this.#options = options;
    this.#catalog = catalog;
    this.#server = listening.server;
    this.port = listening.port;
    this.address = `${host.includes(':') ? `[${host}]` : host}:${listening.port}`;
    this.seed = options.seed ?? Math.floor(Math.random() * 2 ** 32);
    this.clock = clock;
    this.limits = { ...defaultLimits, ...limits };
    this.journal = new Journal(clock, journalBytes);
    this.#health = addHealth(this.#server);
    this.#services = new ServedServices(this.#server, admin ? [Health, MockAdminService] : [Health]);
    if (admin) addAdmin(this.#server, this, this.#shutdown.signal);
    this.#use(catalog);
  }

  /** Starts a server; see {@link createMockServer}. */
  static async start(options: MockServerOptions): Promise<MockServer> {
    const catalog = await loadCatalog(options);
    let mock: MockServer | undefined;
    const server = new Server({ interceptors: [createInterceptor(() => mock)] });
    const port = await listen(server, options);
    mock = new MockServer(options, catalog, { server, port });
    if (options.watch) await mock.#watch();
    return mock;
  }

  /** The scenarios that are being served. */
  get catalog(): Catalog {
    return this.#catalog;
  }

  /** How many calls run. */
  get runningCalls(): number {
    return this.#calls.size;
  }

  /**
   * Reads everything again that was given as a path. Calls that run go on with what they began with.
   *
   * @throws ScenarioError, or an Error of the system; then nothing has changed
   */
  async reload(): Promise<void> {
    this.#use(await loadCatalog(this.#options));
  }

  /**
   * Puts scenarios in place of all that are being served.
   *
   * @throws ScenarioError; then nothing has changed
   */
  replaceScenarios(files: readonly ScenarioFile[]): void {
    this.#use(compileCatalog(files, this.#catalog.registry));
  }

  /** Forgets the journal, and how often each scenario was used. */
  reset(): void {
    this.journal.clear();
    this.#catalog.resetUses();
  }

  /**
   * Sends a message into a stream that runs.
   *
   * @returns whether there is such a stream
   * @throws Error where the message does not fit the type
   */
  push(streamId: string, message: Json): boolean {
    const call = this.#calls.get(streamId);
    call?.push(message);
    return call !== undefined;
  }

  /**
   * Compares the journal with what was expected.
   *
   * @throws Error for methods or patterns that do not exist
   */
  verify(expectations: readonly Expectation[]): Verdict[] {
    return expectations.map((expectation) => verifyExpectation(expectation, this.journal, this.#catalog));
  }

  /** Takes no more calls, waits for those that run, and ends with UNAVAILABLE what is left after `graceMs`. */
  async close(graceMs = 0): Promise<void> {
    this.#health.shutDown();
    await this.#stopWatching?.();
    const drained = Promise.withResolvers<void>();
    this.#server.tryShutdown(() => drained.resolve());
    await this.#idle(graceMs);
    const reason = { code: status.UNAVAILABLE, details: 'the mock server is shutting down' };
    for (const call of [...this.#calls.values()]) call.terminate(reason);
    this.#shutdown.abort();
    // Lets the statuses leave; a client that reads nothing, or watches the health, would keep the server here.
    const timer = setTimeout(drained.resolve, flushMs);
    await drained.promise;
    clearTimeout(timer);
    this.#server.forceShutdown();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  createRandom(id: string): Random {
    return createRandom(this.seed + Math.imul(Number(id), 0x9e3779b1));
  }

  onOver(call: MockCall): void {
    this.#calls.delete(call.id);
    if (this.#calls.size === 0) this.#onIdle?.();
  }

  /** Takes a call over where its method is mocked. */
  take(path: string, call: ConstructorParameters<typeof MockCall>[3]): MockCall | undefined {
    const method = this.#catalog.find(path)?.method;
    if (!method) return undefined;
    const id = String(++this.#lastId);
    const mocked = new MockCall(id, path, method, call, this);
    this.#calls.set(id, mocked);
    return mocked;
  }

  #use(catalog: Catalog): void {
    this.#catalog = catalog;
    if (catalog.registry === this.#served) return;
    this.#served = catalog.registry;
    this.#services.replace(catalog.services);
    for (const { typeName } of catalog.services) this.#health.set(typeName, ServingStatus.SERVING);
  }

  #idle(graceMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (this.#calls.size === 0 || graceMs <= 0) return Promise.resolve();
    this.#onIdle = resolve;
    setTimeout(resolve, graceMs).unref();
    return promise;
  }

  async #watch(): Promise<void> {
    const { proto, scenarios, onReload } = this.#options;
    // Loaded here, so that servers that watch nothing start sooner.
    const { watchFolders } = await import('./watch-folders.ts');
    const folders = [proto, scenarios].filter((folder) => typeof folder === 'string');
    this.#stopWatching = await watchFolders(folders, async () => {
      try {
        await this.reload();
        onReload?.(undefined);
      } catch (error) {
        onReload?.(error as Error);
      }
    });
  }
}

/**
 * Starts a mock server and resolves once it listens.
 *
 * @throws ScenarioError with all that is wrong with the scenarios; ProtoError; Error of the system where it cannot listen
 */
export function createMockServer(options: MockServerOptions): Promise<MockServer> {
  return MockServer.start(options);
}

function createInterceptor(findServer: () => MockServer | undefined): ServerInterceptor {
  return ({ path }, call) => {
    const mocked = findServer()?.take(path, call);
    // grpc-js's own handling never starts for a call that is taken over.
    return new ServerInterceptingCall(call, mocked && { start: () => mocked.start() });
  };
}

async function loadCatalog({ proto, scenarios = {} }: MockServerOptions): Promise<Catalog> {
  const registry = typeof proto === 'string' ? await readProtos(proto) : proto;
  const files =
    typeof scenarios === 'string'
      ? readScenarioFiles(scenarios)
      : Object.entries(scenarios).map(([file, lines]) => ({
          file,
          text: typeof lines === 'string' ? lines : lines.map((line) => JSON.stringify(line)).join('\n'),
        }));
  return compileCatalog(files, registry);
}

function compileCatalog(files: readonly ScenarioFile[], registry: Registry): Catalog {
  const loaded = loadScenarios(files, registry);
  return new Catalog(
    registry,
    loaded.map(({ scenario }) => scenario),
  );
}

async function listen(
  server: Server,
  { host = '127.0.0.1', port = 0, tls }: MockServerOptions,
): Promise<number> {
  const credentials = tls
    ? ServerCredentials.createSsl(
        tls.ca === undefined ? null : Buffer.from(tls.ca),
        [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }],
        tls.ca !== undefined,
      )
    : ServerCredentials.createInsecure();
  if (port !== 0) await tryPort(host, port);
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.bindAsync(address, credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  return promise;
}

/** grpc-js prints what keeps it from listening; the system's own error, before that, is for the caller alone. */
async function tryPort(host: string, port: number): Promise<void> {
  const probe = createServer().listen(port, host);
  await once(probe, 'listening');
  probe.close();
  await once(probe, 'close');
}
