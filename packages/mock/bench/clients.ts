import { create, type DescMessage, toBinary } from '@bufbuild/protobuf';
import { Client, type ClientOptions, credentials } from '@grpc/grpc-js';
import { loadRegistry } from '@streamlings/wire';
import { streamLength } from './servers.ts';

const registry = await loadRegistry(new URL('proto', import.meta.url).pathname);
const desc = registry.getMessage('bench.v1.Message') as DescMessage;
const path = (method: string) => `/bench.v1.BenchService/${method}`;
const same = (bytes: Buffer) => bytes;

export function encode(message: object): Buffer {
  return Buffer.from(toBinary(desc, create(desc, { ...message })));
}

export function connect(port: number, options: ClientOptions = {}): Client {
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options);
}

/** What a client does with a server; each resolves with seconds. The bytes of answers are not looked into. */
export const workloads: Record<string, (client: Client, count: number) => Promise<number>> = {
  'unary, 1 at a time': (client, count) => time(() => callUnary(client, count, 1)),
  'unary, 50 at a time': (client, count) => time(() => callUnary(client, count, 50)),
  'server streaming': (client) => time(() => readStream(client)),
};

/** Asks a number of questions one after another in one stream; resolves with the milliseconds of each. */
export async function askRules(client: Client, rules: number, count: number): Promise<number[]> {
  const call = client.makeBidiStreamRequest(path('Talk'), same, same);
  const requests = Array.from({ length: Math.min(rules, 1000) }, (_, question) => {
    const index = Math.floor((question * rules) / Math.min(rules, 1000));
    return encode(index % 2 ? { number: index } : { content: `question ${index}` });
  });
  const latencies: number[] = [];
  let resolveNext = () => {};
  call.on('data', () => resolveNext());
  for (let question = 0; question < count; question++) {
    const { promise, resolve } = Promise.withResolvers<void>();
    resolveNext = resolve;
    const start = performance.now();
    call.write(requests[question % requests.length] as Buffer);
    await promise;
    latencies.push(performance.now() - start);
  }
  call.end();
  return latencies;
}

/** Reads a number of streams at once to their ends. */
export async function watchMany(client: Client, streams: number): Promise<void> {
  await Promise.all(Array.from({ length: streams }, () => readStream(client, 0)));
}

/** Reads one message and then none until it is told to go on. */
export function stall(client: Client): { first: Promise<void>; goOn: () => Promise<number> } {
  const call = client.makeServerStreamRequest(path('Watch'), same, same, encode({}));
  const first = Promise.withResolvers<void>();
  const end = Promise.withResolvers<number>();
  let received = 0;
  call.on('data', () => {
    if (++received > 1) return;
    call.pause();
    first.resolve();
  });
  call.on('end', () => end.resolve(received));
  call.on('error', end.reject);
  return {
    first: first.promise,
    goOn: () => {
      call.resume();
      return end.promise;
    },
  };
}

async function callUnary(client: Client, calls: number, concurrency: number): Promise<void> {
  const request = encode({ content: 'message 123', sender: 'bench' });
  let started = 0;
  const work = async () => {
    while (started++ < calls) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      client.makeUnaryRequest(path('Ask'), same, same, request, (error) =>
        error ? reject(error) : resolve(),
      );
      await promise;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
}

async function readStream(client: Client, expected = streamLength): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const call = client.makeServerStreamRequest(path('Watch'), same, same, encode({}));
  let received = 0;
  call.on('data', () => received++);
  call.on('error', reject);
  call.on('end', resolve);
  await promise;
  if (expected > 0 && received !== expected)
    throw new Error(`expected ${expected} messages, got ${received}`);
}

async function time(run: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await run();
  return (performance.now() - start) / 1000;
}
