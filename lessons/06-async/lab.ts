import { once } from 'node:events';
import { createServer } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { createClient, createRouterTransport } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import type { Load } from '@streamlings/grading';
import type { Hosted } from '@streamlings/grading/demo';
import type { LabCall } from '@streamlings/grading/lab';
import { createWorld } from '@streamlings/grading/world';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import type { Exercise } from './checks.ts';

/** Serves `src/routes.ts`, and counts the answers that its upstream gives. */
export async function lab(exercise: Load<Exercise>, { produced }: LabCall): Promise<Hosted> {
  const { routes } = await exercise.routes();
  const upstream = createRouterTransport((router) =>
    router.service(StreamingService, {
      unaryCall: ({ content }) => {
        produced();
        return { content };
      },
    }),
  );
  const { world } = createWorld();
  const client = createClient(StreamingService, upstream);
  const adapter = connectNodeAdapter({ routes: routes(world, client, (content) => content) });
  const server = createServer(adapter).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { services: [StreamingService], address: `127.0.0.1:${port}` };
}
