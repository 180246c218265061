import { once } from 'node:events';
import type { ServerHttp2Stream } from 'node:http2';
import net, { type AddressInfo } from 'node:net';
import { credentials, Server, ServerCredentials, status } from '@grpc/grpc-js';
import type { CheckContext } from '@streamlings/grading';
import { dialServer } from '@streamlings/grading/connect';
import {
  createClient,
  createServiceDefinition,
  type ServiceClient,
  type ServiceHandlers,
} from '@streamlings/grpc';
import { ParcelService } from '@streamlings/proto/streamlings/parcel/v1/parcel';
import type { Timeline } from '@streamlings/wire';
import type { Situation } from './situations.ts';
import { startStrangeServer } from './strange-server.ts';

/** How a call has ended, and who has said so. */
export interface Ending {
  code: keyof typeof status;
  madeBy: 'handler' | 'server library' | 'client library';
  /** What has passed between the two, if anything could. */
  timeline?: Timeline;
}

/** Takes care that what was started is stopped. */
export type Scope = Pick<CheckContext, 'defer'>;

type Client = ServiceClient<typeof ParcelService>;
type Handlers = Partial<Pick<ServiceHandlers<typeof ParcelService>, 'quote'>>;
/** Starts a call, and resolves with the code that its client sees. */
type Call = (client: Client) => Promise<status>;

/** More than any message may have. */
const FIVE_MIB = 5 * 2 ** 20;
/** A message of one field with four bytes, of which two are there. */
const CUT_OFF = Buffer.from([0x0a, 0x04, 0x61, 0x62]);

/** Makes a situation happen. */
export function bringAbout(situation: Situation, context: Scope): Promise<Ending> {
  return scenes[situation](context);
}

const quote: Call = (client) =>
  new Promise((resolve) => {
    client.quote({ parcelId: 'p1' }, (error) => resolve(error ? error.code : status.OK));
  });

/** Serves a handler that decides on this code. */
const decide = (code: status) => (context: Scope) =>
  atOffice(context, quote, {
    quote: (_call, callback) =>
      code === status.OK ? callback(null, {}) : callback({ code, details: 'decided' }),
  });

/** Serves something that is no gRPC server. */
const stranger = (answer: Parameters<typeof startStrangeServer>[1], call: Call = quote) =>
  async function scene(context: Scope): Promise<Ending> {
    const port = await startStrangeServer(context, answer);
    const { client, wire } = await dialServer(context, ParcelService, port);
    const code = await call(client);
    const timeline = await closeAndRead(client, wire);
    const isOfServer = timeline.streams[0]?.status?.code === code;
    return { code: nameOf(code), madeBy: isOfServer ? 'server library' : 'client library', timeline };
  };

const httpOnly = (httpStatus: number) =>
  stranger((stream) =>
    stream.respond({ ':status': httpStatus, 'content-type': 'text/html' }, { endStream: true }),
  );

/** Writes one gRPC message and OK. */
function answerWith(stream: ServerHttp2Stream, message: Buffer): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  stream.end(Buffer.concat([head, message]));
}

const scenes: Record<Situation, (context: Scope) => Promise<Ending>> = {
  'a parcel is registered': decide(status.OK),
  'a parcel comes without a destination': decide(status.INVALID_ARGUMENT),
  'nobody knows the parcel': decide(status.NOT_FOUND),
  'the id is taken': decide(status.ALREADY_EXISTS),
  'the address of a parcel is to be changed after it has left': decide(status.FAILED_PRECONDITION),
  'two clerks change one parcel at once': decide(status.ABORTED),
  'event 90 is asked for, and there are 12': decide(status.OUT_OF_RANGE),
  'the stored parcel is damaged beyond repair': decide(status.DATA_LOSS),
  'the server has no such method': (context) => atOffice(context, quote, {}),
  'a plain grpc-js handler throws an Error': (context) =>
    atOffice(context, quote, {
      quote: () => {
        throw new Error('thrown');
      },
    }),
  'the request has 5 MiB': (context) =>
    atOffice(
      context,
      (client) =>
        new Promise((resolve) => {
          client.quote({ parcelId: 'p'.repeat(FIVE_MIB) }, (error) =>
            resolve(error ? error.code : status.OK),
          );
        }),
      { quote: (_call, callback) => callback(null, {}) },
    ),
  'the request is cut off in the middle of a field': (context) =>
    atOffice(
      context,
      (client) =>
        new Promise((resolve) => {
          const path = `/${ParcelService.typeName}/Quote`;
          const read = (bytes: Buffer) => bytes;
          client.makeUnaryRequest(
            path,
            () => CUT_OFF,
            read,
            {},
            (error) => resolve(error ? error.code : status.OK),
          );
        }),
      { quote: (_call, callback) => callback(null, {}) },
    ),
  'a proxy answers with HTTP 401': httpOnly(401),
  'a proxy answers with HTTP 403': httpOnly(403),
  'a proxy answers with HTTP 503': httpOnly(503),
  'the client cancels': async (context) => {
    const arrived = Promise.withResolvers<void>();
    return stranger(
      () => arrived.resolve(),
      (client) =>
        new Promise((resolve) => {
          const call = client.quote({}, (error) => resolve(error ? error.code : status.OK));
          void arrived.promise.then(() => call.cancel());
        }),
    )(context);
  },
  'the deadline passes': stranger(
    () => {},
    (client) =>
      new Promise((resolve) => {
        const options = { deadline: Date.now() + 100 };
        client.quote({}, options, (error) => resolve(error ? error.code : status.OK));
      }),
  ),
  'nobody listens at the address': async ({ defer }) => {
    const client = createClient(ParcelService, await findClosedPort(), credentials.createInsecure());
    defer(() => client.close());
    return { code: nameOf(await quote(client)), madeBy: 'client library' };
  },
  'the connection breaks before the answer': stranger((_stream, socket) => socket.destroy()),
  'the answer has 5 MiB': stranger((stream) =>
    answerWith(stream, Buffer.alloc(FIVE_MIB, CUT_OFF.subarray(2))),
  ),
  'the answer is cut off in the middle of a field': stranger((stream) => answerWith(stream, CUT_OFF)),
};

/** Calls an office of grpc-js, and looks who has made the status that the client sees. */
async function atOffice(scope: Scope, call: Call, handlers: Handlers): Promise<Ending> {
  let hasAnswered = false;
  const { quote: handle } = handlers;
  const watched: Handlers = handle
    ? {
        quote: (call, callback) =>
          handle(call, (...answer) => {
            hasAnswered = true;
            callback(...answer);
          }),
      }
    : {};
  const server = new Server();
  server.addService(createServiceDefinition(ParcelService), { ...watched });
  scope.defer(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  const { client, wire } = await dialServer(scope, ParcelService, port);
  const code = await call(client);
  const timeline = await closeAndRead(client, wire);
  if (timeline.streams[0]?.status?.code !== code)
    return { code: nameOf(code), madeBy: 'client library', timeline };
  return { code: nameOf(code), madeBy: hasAnswered ? 'handler' : 'server library', timeline };
}

/**
 * Reads what has passed once the connection is closed: then the last frame is there, and what a server has refused to
 * read does not look like a hang.
 */
async function closeAndRead(client: Client, wire: () => Promise<Timeline>): Promise<Timeline> {
  client.close();
  for (;;) {
    const timeline = await wire();
    if (timeline.connections.every(({ closedMs }) => closedMs !== undefined)) return timeline;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function findClosedPort(): Promise<string> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return `127.0.0.1:${port}`;
}

function nameOf(code: status): keyof typeof status {
  return status[code] as keyof typeof status;
}
