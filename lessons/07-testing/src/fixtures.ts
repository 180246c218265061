import { fromJson, type JsonObject, type Message } from '@bufbuild/protobuf';
import { credentials, Server, ServerCredentials, type StatusObject, status } from '@grpc/grpc-js';
import { createWorld, type World } from '@streamlings/grading/world';
import { createClient, createServiceDefinition, type ServiceHandlers } from '@streamlings/grpc';
import { StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import { expect, onTestFinished, test } from 'vitest';

/** A call of `StreamingService` and what must come of it. */
export interface Fixture {
  name: string;
  /** The method's name in the contract, for example `UnaryCall`. */
  method: string;
  /** The messages that the client sends before it half-closes, as ProtoJSON. */
  requests: JsonObject[];
  /** All messages that the server sends, in order, as ProtoJSON. A field that is not named may have any value. */
  responses: JsonObject[];
  /** The name of the status, for example `OK`. */
  status: string;
}

/** What is tested: a server, by what fixtures say of it. */
export interface Subject {
  handlers(world: World): ServiceHandlers<typeof StreamingService>;
  fixtures: Fixture[];
}

const definition = createServiceDefinition(StreamingService);

/** Declares a test for each fixture. */
export function suite({ handlers, fixtures }: Subject): void {
  // TODO: Declare a test for each fixture, with its name: make the call, and compare all that comes with all that should.
  // TODO: Fail where a fixture makes no sense: a method, a field or a status that does not exist.
}

/** Serves handlers on a free port, and connects a client. */
async function serve(handlers: ServiceHandlers<typeof StreamingService>) {
  const server = new Server();
  // TODO: Serve the handlers, and close both ends when the test is over.
  return createClient(StreamingService, '127.0.0.1:0', credentials.createInsecure());
}
