import { once } from 'node:events';
import { createServer, type ServerHttp2Session } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { connectNodeAdapter, createGrpcTransport, Http2SessionManager } from '@connectrpc/connect-node';
import { credentials, Server, ServerCredentials, type StatusObject, status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import { watchWire } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { createClient as createGrpcClient, createServiceDefinition } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { CallReport, Exercise } from './checks.ts';

/** Longer than anything here takes, so that a call that hangs shows up as DEADLINE_EXCEEDED. */
const PATIENCE_MS = 2000;

/** Runs the files of an exercise against each other and prints what comes back. */
export async function demo(exercise: Load<Exercise>): Promise<void> {
  const { world, controls } = createWorld();
  const [{ routes }, client, { logCalls }, { handlers }] = await Promise.all([
    exercise.routes(),
    exercise.client(),
    exercise.interceptors(),
    exercise.interop(),
  ]);
  const report = ({ method, received, sent, code }: CallReport) =>
    console.log(`  your log: ${method}, ${received} in, ${sent} out, ${code} ${status[code]}`);
  const upstream = createRouterTransport((router) =>
    router.service(StreamingService, { unaryCall: ({ content }) => ({ content }) }),
  );
  const routed = routes(world, createClient(StreamingService, upstream), (content) => content);
  const server = createServer(connectNodeAdapter({ routes: routed, interceptors: [logCalls(report)] }));
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  await using wire = await watchWire(StreamingService, `127.0.0.1:${(server.address() as AddressInfo).port}`);

  console.log('src/routes.ts, called by grpc-js: a call, a stream whose client leaves, a call');
  const foreign = createGrpcClient(StreamingService, wire.address, credentials.createInsecure());
  const options = () => ({ deadline: Date.now() + PATIENCE_MS });
  await new Promise<void>((resolve) => {
    foreign.unaryCall({ content: 'Hello', sender: 'ada' }, options(), (error, reply) => {
      console.log(`  ${error ? describe(error) : reply?.content}`);
      resolve();
    });
  });
  controls.source.script({ gated: true });
  controls.source.release();
  const stream = foreign.serverStreaming({ topic: 'news' }, options());
  stream.on('error', () => {});
  stream.once('data', ({ content }: Message) => {
    console.log(`  ${content}, and the client leaves`);
    stream.cancel();
  });
  await new Promise<void>((resolve) => {
    stream.on('status', (ended: StatusObject) => {
      console.log(`  ${describe(ended)}`);
      resolve();
    });
  });
  await new Promise<void>((resolve) => foreign.unaryCall({ content: 'Bye' }, options(), () => resolve()));
  console.log(`  sources still open: ${controls.source.open}`);
  foreign.close();

  console.log('src/client.ts: the first message of the same server');
  controls.source.script({ gated: true });
  await print(async () => {
    const dialed = client.dial(wire.address);
    const taken = await client.take(dialed, 'weather', 1, world, AbortSignal.timeout(PATIENCE_MS));
    // A connection that is closed in the same turn takes the cancellation with it.
    await setImmediate();
    dialed.close();
    return `take(1) resolved: ${taken.map(({ content }) => content).join(', ') || 'nothing'}`;
  });
  await allClosed(sessions);

  console.log('src/interop.ts: the same words to both stacks');
  const grpcServer = new Server();
  grpcServer.addService(createServiceDefinition(StreamingService), { ...handlers(world) });
  const address = await new Promise<string>((resolve, reject) => {
    grpcServer.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(`127.0.0.1:${port}`),
    );
  });
  await print(async () => `Connect: ${await talk(wire.address)}`);
  await print(async () => `grpc-js: ${await talk(address)}`);
  grpcServer.forceShutdown();
  for (const session of sessions) session.destroy();
  server.close();
}

/** Waits until all connections are closed, but not for a client that never closes its own. */
async function allClosed(sessions: ReadonlySet<ServerHttp2Session>): Promise<void> {
  const closed = [...sessions].map((session) =>
    once(session, 'close', { signal: AbortSignal.timeout(PATIENCE_MS) }),
  );
  await Promise.allSettled(closed);
}

async function talk(address: string): Promise<string> {
  const sessionManager = new Http2SessionManager(`http://${address}`);
  const transport = createGrpcTransport({ baseUrl: `http://${address}`, sessionManager });
  async function* words() {
    yield { sender: 'ada', content: 'Hello' };
    yield { sender: 'ada', content: 'Goodbye' };
  }
  try {
    const replies = createClient(StreamingService, transport).bidirectionalStreaming(words(), {
      timeoutMs: PATIENCE_MS,
    });
    return (await Array.fromAsync(replies)).map(({ content }) => content).join(', ');
  } finally {
    sessionManager.abort();
  }
}

async function print(text: () => Promise<string>): Promise<void> {
  console.log(`  ${await text().catch((error: Error) => `rejected: ${error.message}`)}`);
}

function describe({ code, details }: { code: status; details: string }): string {
  return `status ${code} ${status[code]}${details ? `: ${details}` : ''}`;
}
