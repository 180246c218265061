import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { promisify } from 'node:util';
import { Client, credentials, Server, ServerCredentials, type ServerWritableStream } from '@grpc/grpc-js';
import { createTap } from '../src/index.ts';
import { workloads } from './workloads.ts';

const bytes = (value: Buffer) => value;
const path = '/bench.v1.BenchService/';
const definition = { requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes };
const codec = { ...definition, responseDeserialize: bytes, requestStream: false };

/** Serves messages of a size, as many as asked for, without any codec. */
async function serve(): Promise<number> {
  const server = new Server();
  server.addService(
    {
      Echo: { ...codec, path: `${path}Echo`, responseStream: false },
      Download: { ...codec, path: `${path}Download`, responseStream: true },
    },
    {
      Echo: (call: { request: Buffer }, callback: (error: null, value: Buffer) => void) =>
        callback(null, call.request),
      async Download(call: ServerWritableStream<Buffer, Buffer>) {
        const message = Buffer.alloc(call.request.readUInt32BE(0), 'x');
        const count = call.request.readUInt32BE(4);
        for (let sent = 0; sent < count; sent++) if (!call.write(message)) await once(call, 'drain');
        call.end();
      },
    },
  );
  return promisify(server.bindAsync.bind(server))('127.0.0.1:0', ServerCredentials.createInsecure());
}

/** Forwards without looking. */
async function forward(port: number): Promise<number> {
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ port, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
    client.pipe(upstream).pipe(client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function tap(port: number): Promise<number> {
  const { address } = await createTap({ target: { host: '127.0.0.1', port } });
  return Number(address.split(':')[1]);
}

async function echo(client: Client): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  client.makeUnaryRequest(`${path}Echo`, bytes, bytes, Buffer.alloc(20), (error) =>
    error ? reject(error) : resolve(),
  );
  return promise;
}

async function download(client: Client, size: number, count: number): Promise<void> {
  const request = Buffer.alloc(8);
  request.writeUInt32BE(size, 0);
  request.writeUInt32BE(count, 4);
  const call = client.makeServerStreamRequest(`${path}Download`, bytes, bytes, request);
  let received = 0;
  for await (const _ of call) received++;
  if (received !== count) throw new Error(`received ${received} of ${count} messages`);
}

/** @returns milliseconds: of the whole run, or the median of its calls */
async function measure(client: Client, name: string, count: number): Promise<number> {
  const workload = workloads.find((candidate) => candidate.name === name);
  if (workload?.size) {
    const started = performance.now();
    await download(client, workload.size, count);
    return performance.now() - started;
  }
  const latencies: number[] = [];
  for (let call = 0; call < count; call++) {
    const started = performance.now();
    await echo(client);
    latencies.push(performance.now() - started);
  }
  return latencies.sort((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
}

const [, , role, port] = process.argv;
const starters: Record<string, () => Promise<number>> = {
  server: serve,
  plain: () => forward(Number(port)),
  tap: () => tap(Number(port)),
};
const client = role === 'client' ? new Client(`127.0.0.1:${port}`, credentials.createInsecure()) : undefined;
process.send?.((await starters[role ?? '']?.()) ?? 0);
process.on('message', async ({ workload, count }: { workload: string; count: number }) => {
  if (client) process.send?.(await measure(client, workload, count));
});
process.on('disconnect', () => process.exit());
