import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import { status } from '@grpc/grpc-js';
import type { Load } from '@streamlings/grading';
import type { Hosted } from '@streamlings/grading/demo';
import { createWorld } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { CallReport, Exercise } from './checks.ts';

/** Serves `src/routes.ts` behind the log of `src/interceptors.ts`, with all three protocols on one port. */
export async function serve(exercise: Load<Exercise>): Promise<Hosted> {
  const [{ routes }, { logCalls }] = await Promise.all([exercise.routes(), exercise.interceptors()]);
  const upstream = createRouterTransport((router) =>
    router.service(StreamingService, { unaryCall: ({ content }) => ({ content }) }),
  );
  const report = ({ method, received, sent, code }: CallReport) =>
    console.log(`  your log: ${method}, ${received} in, ${sent} out, ${code} ${status[code]}`);
  const { world } = createWorld();
  const adapter = connectNodeAdapter({
    routes: routes(world, createClient(StreamingService, upstream), (content) => content),
    interceptors: [logCalls(report)],
  });
  const server = createServer(adapter).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { services: [StreamingService], address: `127.0.0.1:${port}` };
}
