import type { DescService } from '@bufbuild/protobuf';
import {
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  credentials,
  type Metadata,
  type requestCallback,
  Server,
  ServerCredentials,
  type ServiceDefinition,
  type ServiceError,
  type StatusObject,
  type sendUnaryData,
} from '@grpc/grpc-js';
import {
  createClient,
  createServiceDefinition,
  type MethodName,
  type RequestInit,
  type Response,
  type ServiceClient,
  type ServiceHandlers,
} from '@streamlings/grpc';
import type { Timeline } from '@streamlings/wire';
import { openTap } from '../child/taps.ts';
import { PING_PATH, withoutPings } from '../wire/ping.ts';
import type { EventLog } from '../world/event-log.ts';
import { type AnyCall, type CallRecord, recordCalls } from './call-record.ts';
import { type ConnectionCounter, countConnections } from './connections.ts';
import { nameOf, type Outcome, outcomeOfError, outcomeOfStatus } from './outcome.ts';
import { type PeerStream, readPeerStream } from './peer-stream.ts';
import { openPeerUpload, type PeerUpload } from './peer-upload.ts';

/** A server of one check, with everything it saw and a client of the harness's own. */
export interface Served<S extends DescService> extends AsyncDisposable {
  /** Where clients connect to, for example `127.0.0.1:40213`: a tap before the server. */
  readonly address: string;
  /** Every call that arrived, in order. */
  readonly calls: readonly CallRecord[];
  /** Resolves with call number `position`, counted from 1. */
  call(position: number): Promise<CallRecord>;
  /** The TCP connections of everybody but the harness. */
  readonly connections: ConnectionCounter;
  /** The harness's client, on a connection of its own. */
  readonly client: ServiceClient<S>;
  /** Makes a unary call with the harness's client and resolves with its outcome; never rejects. */
  unary<M extends MethodName<S>>(
    method: M,
    request: RequestInit<S, M>,
    metadata?: Metadata,
  ): Promise<Outcome<Response<S, M>>>;
  /**
   * Resolves when the server has processed everything that the harness's client sent before, cancellations included.
   *
   * It is one unary call on the same connection, and no barrier for messages under way; with `rounds`, that many calls
   * in a row, which gives both ends turns of the event loop to do what they are about to do.
   */
  barrier(rounds?: number): Promise<void>;
  /** Reads the responses of a call that the harness's client has started. */
  read<O>(call: ClientReadableStream<O> | ClientDuplexStream<unknown, O>): PeerStream<O>;
  /** Starts a client streaming call with the harness's client. */
  upload<M extends MethodName<S>>(method: M): PeerUpload<RequestInit<S, M>, Response<S, M>>;
  /**
   * Tells everything that passed so far between this server and all its clients.
   *
   * What a peer has received is in it. What it has only written may still be under way: let a `barrier()` go first.
   */
  wire(): Promise<Timeline>;
}

const ping: ServiceDefinition = {
  ping: {
    path: PING_PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: (bytes: Buffer) => bytes,
    requestDeserialize: (bytes: Buffer) => bytes,
    responseSerialize: (bytes: Buffer) => bytes,
    responseDeserialize: (bytes: Buffer) => bytes,
  },
};

/** Serves handlers on a free port of the loopback interface; methods without a handler answer UNIMPLEMENTED. */
export async function serve<S extends DescService>(
  service: S,
  handlers: Partial<ServiceHandlers<S>>,
  log: EventLog,
): Promise<Served<S>> {
  const calls: CallRecord[] = [];
  let waiters: Array<{ position: number; resolve: (record: CallRecord) => void }> = [];
  const add = (record: CallRecord): void => {
    calls.push(record);
    waiters = waiters.filter(({ position, resolve }) => {
      if (position !== calls.length) return true;
      resolve(record);
      return false;
    });
  };

  const server = new Server();
  server.addService(createServiceDefinition(service), recordedHandlers(service, handlers, log, add));
  server.addService(ping, {
    ping: (_call: AnyCall, callback: sendUnaryData<Buffer>) => callback(null, Buffer.alloc(0)),
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  const tap = await openTap(service, port);
  const { address } = tap;
  // A pool of its own keeps the harness's connection apart from the learner's.
  const client = createClient(service, address, credentials.createInsecure(), {
    'grpc.use_local_subchannel_pool': 1,
  });
  const roundTrip = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const pass = (bytes: Buffer): Buffer => bytes;
      client.makeUnaryRequest(PING_PATH, pass, pass, Buffer.alloc(0), (error) =>
        error ? reject(error) : resolve(),
      );
    });
  const barrier = async (rounds = 1): Promise<void> => {
    for (let round = 0; round < rounds; round++) await roundTrip();
  };
  await barrier();
  const connections = countConnections(port, log);

  return {
    address,
    calls,
    call: (position) => {
      const present = calls[position - 1];
      if (present) return Promise.resolve(present);
      const { promise, resolve } = Promise.withResolvers<CallRecord>();
      waiters.push({ position, resolve });
      return promise;
    },
    connections,
    client,
    unary: (method, request, metadata) => callUnary(client, method, request, metadata, log),
    barrier,
    read: (call) => readPeerStream(call, log),
    wire: async () => withoutPings(await tap.timeline()),
    upload: <M extends MethodName<S>>(method: M) => {
      type Start = (callback: requestCallback<Response<S, M>>) => ClientWritableStream<RequestInit<S, M>>;
      return openPeerUpload((client[method] as unknown as Start).bind(client), log);
    },
    [Symbol.asyncDispose]: async () => {
      connections[Symbol.dispose]();
      client.close();
      server.forceShutdown();
      await tap.close();
    },
  };
}

function recordedHandlers<S extends DescService>(
  service: S,
  handlers: Partial<ServiceHandlers<S>>,
  log: EventLog,
  add: (record: CallRecord) => void,
) {
  const implementation = handlers as Record<string, unknown>;
  return Object.fromEntries(
    service.methods.flatMap((method) => {
      const handler = implementation[method.localName];
      if (typeof handler !== 'function') return [];
      return [[method.localName, recordCalls(method, handler.bind(handlers), log, add)]];
    }),
  );
}

function callUnary<S extends DescService, M extends MethodName<S>>(
  client: ServiceClient<S>,
  method: M,
  request: RequestInit<S, M>,
  metadata: Metadata | undefined,
  log: EventLog,
): Promise<Outcome<Response<S, M>>> {
  type Start = (
    request: unknown,
    ...rest: Array<Metadata | ((error: ServiceError | null, message?: Response<S, M>) => void)>
  ) => ClientUnaryCall;
  const start = (client[method] as unknown as Start).bind(client);
  return new Promise((resolve) => {
    const finish = (outcome: Outcome<Response<S, M>>): void => {
      log.add(
        'client',
        `saw ${nameOf(outcome.code)}${outcome.details ? ` ${JSON.stringify(outcome.details)}` : ''}`,
      );
      resolve(outcome);
    };
    let message: Response<S, M> | undefined;
    const call = start(request, ...(metadata ? [metadata] : []), (error, response) => {
      if (error) finish(outcomeOfError(error));
      else message = response;
    });
    call.on('status', (ended: StatusObject) => {
      if (ended.code === 0) finish(outcomeOfStatus(ended, message));
    });
  });
}
