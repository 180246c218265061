import type { ConnectRouter } from '@connectrpc/connect';
import { credentials, status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import { createClient, type ServiceHandlers } from '@streamlings/grpc';
import { type Message, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';

/** A server that listens on the loopback interface. */
export interface Listening {
  port: number;
  /** Stops the server, calls under way included, and resolves when its port is free. */
  close(): Promise<void>;
}

/** Serves Connect routes on a free port of 127.0.0.1: gRPC, gRPC-Web and Connect over HTTP/2 without TLS. */
export async function listen(routes: (router: ConnectRouter) => void): Promise<Listening> {
  // TODO: Serve the routes with `connectNodeAdapter`, and close whatever is open when you are told to.
  throw new Error('there is no server yet');
}

/** For grpc-js: keeps each message under `{sender}/{content}` in `world.store`, one at a time, and echoes it. */
export function handlers(
  world: World,
): Pick<ServiceHandlers<typeof StreamingService>, 'bidirectionalStreaming'> {
  return {
    bidirectionalStreaming: (call) => {
      // TODO: Echo each message when it is kept, end after the half-close, and answer INTERNAL when the store breaks.
      call.emit('error', {
        code: status.UNIMPLEMENTED,
        details: 'BidirectionalStreaming is not written yet',
      });
    },
  };
}

/** With grpc-js: starts the call, notes the topic in `world.store`, and resolves with all messages about it. */
export async function readAll(address: string, topic: string, world: World): Promise<Message[]> {
  const client = createClient(StreamingService, address, credentials.createInsecure());
  // TODO: Have the call under way while the note is written, and miss nothing of either.
  client.close();
  return [];
}
