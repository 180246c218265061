import type { DescService } from '@bufbuild/protobuf';
import {
  type CallOptions,
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  type ClientOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  credentials as channelCredentials,
  Metadata,
  type MethodDefinition,
  type requestCallback,
  type StatusObject,
  status,
} from '@grpc/grpc-js';
import type { Messages } from './async-handlers.ts';
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import { createServiceDefinition } from './service-definition.ts';
import type { MethodKind, MethodName, RequestInit, Response } from './service-types.ts';
import { StatusError, toKnownStatus } from './status-error.ts';

/** A grpc-js channel, as `client.getChannel()` returns it. */
export type ExistingChannel = ReturnType<Client['getChannel']>;

/** Options of one call. */
export interface AsyncCallOptions {
  /** Cancels the call: it fails with CANCELLED, or with DEADLINE_EXCEEDED if the reason is a `TimeoutError`. */
  signal?: AbortSignal;
  /** The moment at which the whole call fails with DEADLINE_EXCEEDED. Default: never. */
  deadline?: Date | number;
  /** Sent before the first message. */
  metadata?: Metadata;
  /** Called when the response headers arrive, before the first message. Not called if the server sends only a status. */
  onHeaders?(headers: Metadata): void;
  /** Called when the call is over, before the result is seen. */
  onTrailers?(trailers: Metadata): void;
}

/**
 * The responses of one call. The call starts with the first `next()`, and from then on there is room for a few messages
 * ahead of the reader. Leaving early, by `break`, `return()`, a throw or `await using`, cancels the call.
 */
export interface Responses<T> extends AsyncIterableIterator<T, undefined>, AsyncDisposable {
  return(): Promise<IteratorReturnResult<undefined>>;
}

/** One method per RPC. Every failure is a `StatusError`, except that of a source of requests, which stays what it is. */
export type AsyncMethods<S extends DescService> = {
  [M in MethodName<S>]: {
    unary: (request: RequestInit<S, M>, options?: AsyncCallOptions) => Promise<Response<S, M>>;
    server_streaming: (request: RequestInit<S, M>, options?: AsyncCallOptions) => Responses<Response<S, M>>;
    client_streaming: (
      requests: Messages<RequestInit<S, M>>,
      options?: AsyncCallOptions,
    ) => Promise<Response<S, M>>;
    bidi_streaming: (
      requests: Messages<RequestInit<S, M>>,
      options?: AsyncCallOptions,
    ) => Responses<Response<S, M>>;
  }[MethodKind<S, M>];
};

/** A client with promises and async iterables. An RPC named `Close` hides `close()`; `Symbol.dispose` stays. */
export type AsyncClient<S extends DescService> = Disposable & { close(): void } & AsyncMethods<S>;

/**
 * What a long upload may keep for a retry, in place of grpc-js's 1 MiB: until that much was sent, `write()` accepts
 * everything, and grpc-js then spends a time that grows with the square of the queue on giving it up.
 */
const retryBufferBytes = 16 * 1024;

/**
 * Creates a client with promises and async iterables. It connects with the first call.
 *
 * For a service with request streams it sets `grpc.per_rpc_retry_buffer_size` to 16 KiB, unless `options` says otherwise:
 * a call that has sent more is not retried. Made from an existing client or channel, it changes no option, and `close()`
 * leaves that open.
 */
export function createAsyncClient<S extends DescService>(
  service: S,
  address: string,
  credentials: ChannelCredentials,
  options?: ClientOptions,
): AsyncClient<S>;
export function createAsyncClient<S extends DescService>(
  service: S,
  existing: Client | ExistingChannel,
): AsyncClient<S>;
export function createAsyncClient(
  service: DescService,
  target: string | Client | ExistingChannel,
  credentials = channelCredentials.createInsecure(),
  options?: ClientOptions,
): AsyncClient<DescService> {
  const client = toClient(service, target, credentials, options);
  const close = () => {
    if (typeof target === 'string') client.close();
  };
  const methods = Object.entries(createServiceDefinition(service)).map(([name, definition]) => [
    name,
    createMethod(client, definition),
  ]);
  return { close, ...Object.fromEntries(methods), [Symbol.dispose]: close };
}

function toClient(
  service: DescService,
  target: string | Client | ExistingChannel,
  credentials: ChannelCredentials,
  options?: ClientOptions,
): Client {
  if (target instanceof Client) return target;
  if (typeof target !== 'string')
    return new Client(target.getTarget(), credentials, { channelOverride: target });
  const hasRequestStreams = service.methods.some(({ methodKind }) =>
    /^(client|bidi)_streaming$/.test(methodKind),
  );
  const defaults = hasRequestStreams ? { 'grpc.per_rpc_retry_buffer_size': retryBufferBytes } : {};
  return new Client(target, credentials, { ...defaults, ...options });
}

function createMethod(client: Client, definition: MethodDefinition<unknown, unknown>): unknown {
  const {
    path,
    requestSerialize: write,
    responseDeserialize: read,
    requestStream,
    responseStream,
  } = definition;
  if (requestStream && responseStream) {
    return (requests: Messages<unknown>, options: AsyncCallOptions = {}) =>
      callForMany(options, requests, () =>
        client.makeBidiStreamRequest(path, write, read, ...startArguments(options)),
      );
  }
  if (responseStream) {
    return (request: unknown, options: AsyncCallOptions = {}) =>
      callForMany(options, undefined, () =>
        client.makeServerStreamRequest(path, write, read, request, ...startArguments(options)),
      );
  }
  if (requestStream) {
    return (requests: Messages<unknown>, options: AsyncCallOptions = {}) =>
      callForOne(options, requests, (callback) =>
        client.makeClientStreamRequest(path, write, read, ...startArguments(options), callback),
      );
  }
  return (request: unknown, options: AsyncCallOptions = {}) =>
    callForOne(options, undefined, (callback) =>
      client.makeUnaryRequest(path, write, read, request, ...startArguments(options), callback),
    );
}

function startArguments({ metadata = new Metadata(), deadline }: AsyncCallOptions): [Metadata, CallOptions] {
  return [metadata, { deadline }];
}

async function callForOne(
  options: AsyncCallOptions,
  requests: Messages<unknown> | undefined,
  start: (callback: requestCallback<unknown>) => ClientUnaryCall | ClientWritableStream<unknown>,
): Promise<unknown> {
  throwIfAborted(options.signal);
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const call = start((error, response) => (error ? reject(toCallError(error)) : resolve(response)));
  const abort = (error: unknown) => {
    reject(error);
    call.cancel();
  };
  const release = observe(call, options, abort);
  const writer = requests && writeRequests(call as ClientWritableStream<unknown>, requests, abort);
  try {
    return await promise;
  } finally {
    release();
    writer?.stop();
  }
}

function callForMany(
  options: AsyncCallOptions,
  requests: Messages<unknown> | undefined,
  start: () => ClientReadableStream<unknown> | ClientDuplexStream<unknown, unknown>,
): Responses<unknown> {
  const closers: (() => void)[] = [];
  const reader = new MessageReader<unknown>({
    open() {
      throwIfAborted(options.signal);
      const call = start();
      call.on('error', (error) => reader.fail(toCallError(error)));
      const abort = (error: unknown) => reader.abort(error);
      closers.push(observe(call, options, abort), () => call.cancel());
      if (requests) {
        const writer = writeRequests(call as ClientDuplexStream<unknown, unknown>, requests, abort);
        closers.push(() => writer.stop());
      }
      return call;
    },
    onClose() {
      for (const close of closers) close();
    },
  });
  return reader;
}

/** Reports headers, trailers and the signal's abort. Returns what lets go of the signal. */
function observe(
  call: ClientUnaryCall | ClientWritableStream<unknown> | ClientReadableStream<unknown>,
  { signal, onHeaders, onTrailers }: AsyncCallOptions,
  abort: (error: unknown) => void,
): () => void {
  if (onHeaders) call.on('metadata', onHeaders);
  if (onTrailers) call.on('status', ({ metadata }: StatusObject) => onTrailers(metadata));
  if (!signal) return () => {};
  const onAbort = () => abort(toAbortError(signal));
  signal.addEventListener('abort', onAbort);
  return () => signal.removeEventListener('abort', onAbort);
}

function writeRequests(
  call: ClientWritableStream<unknown> | ClientDuplexStream<unknown, unknown>,
  requests: Messages<unknown>,
  onFailure: (error: unknown) => void,
): MessageWriter<unknown> {
  const writer = new MessageWriter(call, requests);
  // Where the call is over before the source is, both do nothing: a late failure has nobody left to tell.
  writer.finished.then(() => call.end(), onFailure);
  return writer;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw toAbortError(signal);
}

function toAbortError({ reason }: AbortSignal): StatusError {
  return toKnownStatus(reason) ?? new StatusError(status.CANCELLED, 'cancelled', { cause: reason });
}

/** An error of the channel, such as its being closed, is no status. */
function toCallError(error: Error): Error {
  return toKnownStatus(error) ?? error;
}
