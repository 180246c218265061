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
  test.each(fixtures)('$name', async (fixture) => {
    // A name that does not exist must not pass for an absence of demands.
    expect(status).toHaveProperty(fixture.status);
    const method = StreamingService.methods.find(({ name }) => name === fixture.method);
    if (!method) throw new Error(`there is no method ${fixture.method}`);
    const requests = fixture.requests.map((json) => fromJson(method.input, json));

    const client = await serve(handlers(createWorld().world));
    // All kinds look like this one on the wire.
    const { path, requestSerialize, responseDeserialize } = definition[
      method.localName
    ] as (typeof definition)[string];
    const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
    const received: Message[] = [];
    call.on('data', (message: Message) => received.push(message));
    call.on('error', () => {});
    const ended = new Promise<StatusObject>((resolve) => call.on('status', resolve));
    for (const request of requests) call.write(request);
    call.end();
    expect(status[(await ended).code]).toBe(fixture.status);
    expect(received).toHaveLength(fixture.responses.length);
    for (const [index, json] of fixture.responses.entries()) {
      // Through the schema, which refuses what is no field. A zero that was named counts, so no `toMatchObject`.
      const expected = fromJson(method.output, json);
      const named = method.output.fields.filter(({ name, jsonName }) => name in json || jsonName in json);
      for (const { localName } of named)
        expect(received[index]).toHaveProperty(localName, expected[localName as never]);
    }
  });
}

/** Serves handlers until the test is over. */
async function serve(handlers: ServiceHandlers<typeof StreamingService>) {
  const server = new Server();
  server.addService(definition, handlers);
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const client = createClient(StreamingService, `127.0.0.1:${port}`, credentials.createInsecure());
  onTestFinished(() => {
    client.close();
    server.forceShutdown();
  });
  return client;
}
