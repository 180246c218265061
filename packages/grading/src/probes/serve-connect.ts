import { once } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { DescService } from '@bufbuild/protobuf';
import type { ConnectRouter, Interceptor } from '@connectrpc/connect';
import { connectNodeAdapter } from '@connectrpc/connect-node';
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  credentials,
  Metadata,
  type requestCallback,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import {
  createClient,
  type MethodName,
  type RequestInit,
  type Response,
  type ServiceClient,
} from '@streamlings/grpc';
import type { Timeline } from '@streamlings/wire';
import { tell } from '../child/channel.ts';
import { freezeTaps, openTap } from '../child/taps.ts';
import { type Diagnosis, diagnoseRoutedHang } from '../diagnosis.ts';
import { PING_PATH, withoutPings } from '../wire/ping.ts';
import { EventLog } from '../world/event-log.ts';
import { type Outcome, outcomeOfError, outcomeOfStatus } from './outcome.ts';
import { type PeerStream, readPeerStream } from './peer-stream.ts';
import { openPeerUpload, type PeerUpload } from './peer-upload.ts';

/** What a server needs of a check; a check's context is one. */
export interface Scope {
  /** Calls `cleanup` when the check is over, latest first. */
  defer(cleanup: () => unknown): void;
  /** Asks `tell` who waits for what if the check comes to no end. */
  explainHang?(tell: () => Diagnosis | undefined): void;
}

/** A server on a port of the loopback interface, seen by a grpc-js client of the harness's own. */
export interface Dialed<S extends DescService> {
  /** Where clients connect to: a tap before the server. */
  readonly address: string;
  /** The harness's client, on a connection of its own. */
  readonly client: ServiceClient<S>;
  /** Makes a unary call and resolves with its outcome; never rejects. */
  unary<M extends MethodName<S>>(
    method: M,
    request: RequestInit<S, M>,
    metadata?: Metadata,
  ): Promise<Outcome<Response<S, M>>>;
  /** Starts a client streaming call. */
  upload<M extends MethodName<S>>(
    method: M,
    metadata?: Metadata,
  ): PeerUpload<RequestInit<S, M>, Response<S, M>>;
  /**
   * Resolves when the server has processed everything that the harness's client sent before, cancellations included;
   * with `rounds`, after that many round trips.
   */
  barrier(rounds?: number): Promise<void>;
  /** Reads the responses of a call that the harness's client has started. */
  read<O>(call: ClientReadableStream<O> | ClientDuplexStream<unknown, O>): PeerStream<O>;
  /** Tells everything that passed so far between this server and all its clients. */
  wire(): Promise<Timeline>;
}

/** Connect routes that are served, with everything that the harness saw of their calls. */
export interface ServedRoutes<S extends DescService> extends Dialed<S> {
  /** Every call that arrived, in order. */
  readonly calls: readonly RoutedCall[];
  /** Resolves with call number `position`, counted from 1. */
  call(position: number): Promise<RoutedCall>;
}

/** What the harness saw of one call to a Connect server, from outside: the stream that carried it. */
export interface RoutedCall {
  /** The method's local name, for example `unaryCall`. */
  readonly method: string;
  /** The request's content type, for example `application/grpc+proto`. */
  readonly contentType: string;
  /** The client's timeout as it was sent, for example `5S`; undefined if it has set none. */
  readonly timeout: string | undefined;
  /** Whether the stream was reset, by the client or with its connection, before the server had answered. */
  cancelled: boolean;
  /** The HTTP/2 stream that carries the call. */
  readonly stream: http2.ServerHttp2Stream;
  /** Resolves when the stream is closed, whichever way. */
  readonly whenOver: Promise<void>;
}

/** Serves Connect routes with all three protocols on one h2c port; the interceptors are those of the router. */
export async function serveConnect<S extends DescService>(
  scope: Scope,
  service: S,
  routes: (router: ConnectRouter) => void,
  interceptors: Interceptor[] = [],
): Promise<ServedRoutes<S>> {
  const log = new EventLog((line) => tell({ kind: 'log', line }));
  const records = new CallList();
  scope.explainHang?.(() => diagnoseRoutedHang(records.calls));
  const adapter = connectNodeAdapter({ routes, interceptors });
  const server = http2.createServer((request, response) =>
    request.url === PING_PATH ? answerPing(request, response) : adapter(request, response),
  );
  const sessions = new Set<http2.ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  server.on('stream', (stream, headers) => {
    const path = headers[':path'];
    if (path !== PING_PATH)
      records.add(recordStream(service, stream as http2.ServerHttp2Stream, headers, log));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const dialed = await dialServer(scope, service, (server.address() as AddressInfo).port, log);
  await dialed.barrier();
  return { ...dialed, calls: records.calls, call: (position) => records.at(position) };
}

/** Puts a tap before a server that runs already, and a client of the harness's own before the tap. */
export async function dialServer<S extends DescService>(
  scope: Scope,
  service: S,
  port: number,
  log: EventLog = new EventLog((line) => tell({ kind: 'log', line })),
): Promise<Dialed<S>> {
  const tap = await openTap(service, port);
  const client = createClient(service, tap.address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  scope.defer(async () => {
    // What follows is the harness clearing away, and no part of what the check saw.
    await freezeTaps();
    client.close();
    await tap.close();
  });
  return {
    address: tap.address,
    client,
    unary: (method, request, metadata = new Metadata()) => callUnary(client, method, request, metadata),
    barrier: async (rounds = 1) => {
      for (let round = 0; round < rounds; round++) await ping(client);
    },
    read: (call) => readPeerStream(call, log),
    upload: <M extends MethodName<S>>(method: M, metadata = new Metadata()) => {
      type Start = (
        metadata: Metadata,
        callback: requestCallback<Response<S, M>>,
      ) => ClientWritableStream<RequestInit<S, M>>;
      const start = (client[method] as unknown as Start).bind(client, metadata);
      return openPeerUpload(start, log);
    },
    wire: async () => withoutPings(await tap.timeline()),
  };
}

class CallList {
  readonly calls: RoutedCall[] = [];
  #waiters: Array<{ position: number; resolve: (call: RoutedCall) => void }> = [];

  add(call: RoutedCall): void {
    this.calls.push(call);
    const isDue = ({ position }: { position: number }) => position <= this.calls.length;
    for (const { resolve } of this.#waiters.filter(isDue)) resolve(call);
    this.#waiters = this.#waiters.filter((waiter) => !isDue(waiter));
  }

  at(position: number): Promise<RoutedCall> {
    const present = this.calls[position - 1];
    if (present) return Promise.resolve(present);
    const { promise, resolve } = Promise.withResolvers<RoutedCall>();
    this.#waiters.push({ position, resolve });
    return promise;
  }
}

function recordStream(
  service: DescService,
  stream: http2.ServerHttp2Stream,
  headers: http2.IncomingHttpHeaders,
  log: EventLog,
): RoutedCall {
  const over = Promise.withResolvers<void>();
  const name = headers[':path']?.split('/').at(-1);
  const method = service.methods.find((each) => each.name === name)?.localName ?? String(name);
  const timeout = headers['grpc-timeout'];
  const record: RoutedCall = {
    method,
    contentType: String(headers['content-type']),
    timeout: timeout === undefined ? undefined : String(timeout),
    cancelled: false,
    stream,
    whenOver: over.promise,
  };
  log.add('call', `${method} arrived`);
  stream.once('close', () => {
    record.cancelled = stream.aborted;
    log.add('call', `${method} ${record.cancelled ? 'was cancelled' : 'is over'}`);
    over.resolve();
  });
  return record;
}

function answerPing(request: http2.Http2ServerRequest, response: http2.Http2ServerResponse): void {
  request.resume();
  response.writeHead(200, { 'content-type': 'application/grpc' });
  response.write(Buffer.alloc(5));
  response.addTrailers({ 'grpc-status': '0' });
  response.end();
}

/** Makes a round trip; a server that does not know the method answers, too. */
function ping<S extends DescService>(client: ServiceClient<S>): Promise<void> {
  const pass = (bytes: Buffer): Buffer => bytes;
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(PING_PATH, pass, pass, Buffer.alloc(0), (error) =>
      error && error.code !== status.UNIMPLEMENTED ? reject(error) : resolve(),
    );
  });
}

function callUnary<S extends DescService, M extends MethodName<S>>(
  client: ServiceClient<S>,
  method: M,
  request: RequestInit<S, M>,
  metadata: Metadata,
): Promise<Outcome<Response<S, M>>> {
  type Start = (
    request: RequestInit<S, M>,
    metadata: Metadata,
    callback: requestCallback<Response<S, M>>,
  ) => ClientUnaryCall;
  return new Promise((resolve) => {
    let message: Response<S, M> | undefined;
    const start = (client[method] as unknown as Start).bind(client);
    const call = start(request, metadata, (error, response) => {
      if (error) resolve(outcomeOfError(error));
      else message = response;
    });
    call.on('status', (ended: StatusObject) => {
      if (ended.code === 0) resolve(outcomeOfStatus(ended, message));
    });
  });
}
