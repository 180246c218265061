import type { DescService, Message } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { credentials, type Metadata, Server, ServerCredentials, status } from '@grpc/grpc-js';
import {
  createAsyncClient,
  createAsyncHandlers,
  createServiceDefinition,
  StatusError,
} from '@streamlings/grpc';
import { ErrorInfoSchema } from '@streamlings/grpc/google/rpc/error_details';
import { describe, expect, test } from 'vitest';
import { systemClock } from '../src/index.ts';
import { lintScenarios } from '../src/lint/lint.ts';
import { startRecording } from '../src/record/recording.ts';
import type { ScenarioFile } from '../src/server/load-scenarios.ts';
import { type AnyClient, type AnyMessage, failure, MockFixture, registry, Talk } from './mock-fixture.ts';

const service = registry.getService('myapp.ControlService') as DescService;

/** A server that answers in ways of its own, and times that a recording can be held against. */
class RealServer implements AsyncDisposable {
  readonly port: number;
  readonly #server: Server;

  constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(): Promise<RealServer> {
    const details = [
      anyPack(ErrorInfoSchema, {
        $typeName: ErrorInfoSchema.typeName,
        reason: 'R',
        domain: 'd',
        metadata: {},
      }),
    ];
    const handlers = {
      ask(request: AnyMessage, context: { responseHeaders: Metadata; responseTrailers: Metadata }) {
        if (request.type === 'bad')
          throw new StatusError(status.NOT_FOUND, 'no {{such}} "thing"', { statusDetails: details });
        context.responseHeaders.set('x-head', 'h');
        for (const value of [Buffer.from([1]), Buffer.from([2, 255])])
          context.responseHeaders.add('x-head-bin', value);
        context.responseTrailers.set('x-tail', 't');
        return { content: `to ${request.content} {{literally}}`, number: 2n ** 60n };
      },
      async *watch(request: AnyMessage) {
        for (let number = 0n; number < 3n; number++) yield { number };
        if (request.type === 'bad') throw new StatusError(status.ABORTED, 'half-way');
      },
      async send(requests: AsyncIterable<AnyMessage>) {
        let number = 0n;
        for await (const _ of requests) number++;
        return { number };
      },
      async *talk(requests: AsyncIterable<AnyMessage>) {
        yield { content: 'welcome' };
        for await (const { content } of requests) {
          if (content === 'fail') throw new StatusError(status.ABORTED, 'enough');
          if (content === 'leave') return;
          if (content === 'twice') yield { content: 'once' };
          yield { content: `${content}!` };
        }
        yield { content: 'bye' };
      },
    };
    const server = new Server();
    server.addService(
      createServiceDefinition(service),
      createAsyncHandlers(service, handlers as never) as never,
    );
    const { promise, resolve } = Promise.withResolvers<number>();
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, port) => resolve(port));
    return new RealServer(server, await promise);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }
}

/** What a client sees of a call, as text. */
async function see(run: () => Promise<unknown>): Promise<string> {
  const seen = await run().catch((error: StatusError) => ({
    code: error.code,
    details: error.details,
    info: error.findDetails(ErrorInfoSchema),
  }));
  return JSON.stringify(seen, (_, value) => (typeof value === 'bigint' ? `${value}n` : value));
}

/** Everything that the calls show, with headers and trailers. */
const calls: Record<string, (client: AnyClient) => Promise<unknown>> = {
  unary: async (client) => {
    const seen: unknown[] = [];
    const onHeaders = (headers: Metadata) => seen.push(headers.get('x-head'), headers.get('x-head-bin'));
    const onTrailers = (trailers: Metadata) => seen.push(trailers.get('x-tail'));
    return [await client.ask({ content: 'ada' }, { onHeaders, onTrailers }), seen];
  },
  'unary error': (client) => client.ask({ type: 'bad' }),
  'server stream': (client) => Array.fromAsync(client.watch({})),
  'server stream that breaks off': async (client) => {
    const seen: Message[] = [];
    return failure(
      (async () => {
        for await (const message of client.watch({ type: 'bad' })) seen.push(message);
      })(),
    ).then(({ code, details }) => ({ code, details, seen }));
  },
  'client stream': (client) => client.send([{ content: 'a' }, { content: 'a' }, { content: 'b' }]),
  'empty client stream': (client) => client.send([]),
  bidi: async (client) => {
    const call = new Talk(client.talk);
    const seen = [
      await call.next(),
      await call.ask({ content: 'x' }),
      await call.ask({ content: 'twice' }),
      await call.next(),
    ];
    call.end();
    return [...seen, await call.next(), await call.next()];
  },
  'bidi that fails before the half-close': async (client) => {
    const call = new Talk(client.talk);
    const seen = [await call.next(), await call.ask({ content: 'x' })];
    const { code, details } = await failure(call.ask({ content: 'fail' }));
    return [...seen, code, details];
  },
  'bidi that ends before the half-close': async (client) => {
    const call = new Talk(client.talk);
    return [await call.next(), await call.ask({ content: 'x' }), await call.ask({ content: 'leave' })];
  },
};

describe('a recording', () => {
  test.each(Object.entries(calls))('plays again what it saw: %s', async (_, run) => {
    const files: ScenarioFile[] = [];
    const written = Promise.withResolvers<void>();
    await using real = await RealServer.start();
    await using tap = await startRecording({
      target: { host: '127.0.0.1', port: real.port },
      registry,
      onScenario: (file) => {
        files.push(file);
        written.resolve();
      },
    });
    const client = createAsyncClient(
      service,
      tap.address,
      credentials.createInsecure(),
    ) as unknown as AnyClient;
    const original = await see(() => run(client));
    client.close();
    await written.promise;
    expect(lintScenarios(files, registry)).toEqual([]);
    const scenarios = Object.fromEntries(files.map(({ file, text }) => [file, text]));
    await using replay = await MockFixture.start(scenarios, { clock: systemClock });
    expect(await see(() => run(replay.client('myapp.ControlService')))).toBe(original);
  });

  test('keeps the times between messages', async () => {
    const files: ScenarioFile[] = [];
    const written = Promise.withResolvers<void>();
    const scenario = [0, 40, 120].map((ts) => ({ dir: 'out', ts, text: String(ts) }));
    await using real = await MockFixture.start(
      { 'myapp.ControlService.Watch': scenario },
      { clock: systemClock },
    );
    await using tap = await startRecording({
      target: { host: '127.0.0.1', port: real.mock.port },
      registry,
      onScenario: (file) => {
        files.push(file);
        written.resolve();
      },
    });
    const client = createAsyncClient(
      service,
      tap.address,
      credentials.createInsecure(),
    ) as unknown as AnyClient;
    await Array.fromAsync(client.watch({}));
    client.close();
    await written.promise;
    const timeline = tap.timeline().messages.filter(({ from }) => from === 'server');
    const gaps = timeline.map(
      ({ completeMs = 0 }, index) => completeMs - (timeline[index - 1]?.completeMs ?? completeMs),
    );
    const recorded = files[0]?.text
      .trim()
      .split('\n')
      .slice(1, 4)
      .map((line) => JSON.parse(line).after);
    for (const index of [1, 2]) expect(Math.abs(recorded?.[index] - (gaps[index] ?? 0))).toBeLessThan(0.1);
  });

  test('of several calls plays them in turn', async () => {
    const files: ScenarioFile[] = [];
    await using real = await RealServer.start();
    const written = Promise.withResolvers<void>();
    await using tap = await startRecording({
      target: { host: '127.0.0.1', port: real.port },
      registry,
      onScenario: (file) => {
        files.push(file);
        if (files.length === 3) written.resolve();
      },
    });
    const client = createAsyncClient(
      service,
      tap.address,
      credentials.createInsecure(),
    ) as unknown as AnyClient;
    const ask = async (from: AnyClient, content: string) => (await from.ask({ content })).content;
    const original = [await ask(client, 'a'), await ask(client, 'b'), await ask(client, 'a')];
    client.close();
    await written.promise;
    const scenarios = Object.fromEntries(files.map(({ file, text }) => [file, text]));
    await using replay = await MockFixture.start(scenarios, { clock: systemClock });
    const again = replay.client('myapp.ControlService');
    expect([await ask(again, 'b'), await ask(again, 'a'), await ask(again, 'a')]).toEqual([
      original[1],
      original[0],
      original[2],
    ]);
  });
});
