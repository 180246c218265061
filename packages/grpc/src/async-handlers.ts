import { setImmediate as nextTurn } from 'node:timers/promises';
import type { DescMethod, DescService } from '@bufbuild/protobuf';
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerReadableStream,
  ServerWritableStream,
  sendUnaryData,
} from '@grpc/grpc-js';
import { type CallContext, type ServerCall, ServerCallContext } from './call-context.ts';
import { MessageReader } from './message-reader.ts';
import { MessageWriter } from './message-writer.ts';
import type { MethodKind, MethodName, Request, ResponseInit, ServiceHandlers } from './service-types.ts';
import { toKnownStatus } from './status-error.ts';

/** Any source of messages; generators fit. A message must not be changed after it was handed over. */
export type Messages<T> = AsyncIterable<T> | Iterable<T>;

/**
 * An async handler for one method, for example `AsyncHandler<typeof ChatService, 'join'>`.
 *
 * Whatever it throws becomes the call's status, see `StatusError.from`. Response messages are asked for one at a time,
 * only while the transport has room; when the call is over early, the iterable's `return()` is called, so a generator's
 * `finally` runs when it is next at a `yield`. Request messages end with the client's half-close; a call that is over
 * before that makes them throw. Once the handler has answered, they end too.
 */
export type AsyncHandler<S extends DescService, M extends MethodName<S>> = {
  unary: (request: Request<S, M>, context: CallContext) => Promise<ResponseInit<S, M>> | ResponseInit<S, M>;
  server_streaming: (request: Request<S, M>, context: CallContext) => Messages<ResponseInit<S, M>>;
  client_streaming: (
    requests: AsyncIterableIterator<Request<S, M>>,
    context: CallContext,
  ) => Promise<ResponseInit<S, M>> | ResponseInit<S, M>;
  bidi_streaming: (
    requests: AsyncIterableIterator<Request<S, M>>,
    context: CallContext,
  ) => Messages<ResponseInit<S, M>>;
}[MethodKind<S, M>];

/** Async handlers for all methods of a service. */
export type AsyncHandlers<S extends DescService> = { [M in MethodName<S>]: AsyncHandler<S, M> };

/** Options of {@link createAsyncHandlers}. */
export interface AsyncHandlersOptions {
  /** Told about every error that the client sees as INTERNAL only. Default: nobody is told. */
  onInternalError?(error: unknown, call: CallContext): void;
  /**
   * Aborts the calls that are running with UNAVAILABLE, so that `server.tryShutdown()` need not wait for endless streams.
   * A handler that waits for neither requests nor room has to look at its own signal.
   */
  shutdownSignal?: AbortSignal;
  /**
   * Aborts a call with DEADLINE_EXCEEDED after this time, whether or not the client has set a deadline. Default: never.
   * A handler that waits for neither requests nor room has to look at its own signal.
   */
  timeoutMs?: number;
}

/**
 * Turns handlers written with promises and async iterables into the plain grpc-js handlers of a service.
 *
 * They are called with `handlers` as `this`, so an instance of a class will do.
 */
export function createAsyncHandlers<S extends DescService>(
  service: S,
  handlers: AsyncHandlers<S>,
  options: AsyncHandlersOptions = {},
): ServiceHandlers<S> {
  const untyped = handlers as unknown as Record<string, Handler>;
  return Object.fromEntries(
    service.methods.map(({ localName, methodKind }) => {
      const handler = untyped[localName];
      return [localName, handler && createHandler(methodKind, handler.bind(handlers), options)];
    }),
  ) as ServiceHandlers<S>;
}

/** Turns one handler into the plain grpc-js handler of its kind, which makes a `Context` for each call. */
export function createHandler(
  methodKind: DescMethod['methodKind'],
  handler: Handler,
  options: AsyncHandlersOptions,
  Context: typeof ServerCallContext = ServerCallContext,
): unknown {
  return adapters[methodKind](handler, { ...options, Context });
}

// biome-ignore lint/suspicious/noExplicitAny: the typed surface is AsyncHandlers; below it every message is alike
type Handler = (request: any, context: any) => any;
type Respond<T> = (context: ServerCallContext) => T;

interface AdapterOptions extends AsyncHandlersOptions {
  Context: typeof ServerCallContext;
}

const adapters: Record<DescMethod['methodKind'], (handler: Handler, options: AdapterOptions) => unknown> = {
  unary:
    (handler, options): handleUnaryCall<unknown, unknown> =>
    (call, callback) => {
      respondOnce(call, callback, options, (context) => handler(call.request, context));
    },
  server_streaming:
    (handler, options): handleServerStreamingCall<unknown, unknown> =>
    (call) => {
      respondMany(call, options, (context) => handler(call.request, context));
    },
  client_streaming:
    (handler, options): handleClientStreamingCall<unknown, unknown> =>
    (call, callback) => {
      respondOnce(call, callback, options, (context) => handler(readRequests(call, context), context));
    },
  bidi_streaming:
    (handler, options): handleBidiStreamingCall<unknown, unknown> =>
    (call) => {
      respondMany(call, options, (context) => handler(readRequests(call, context), context));
    },
};

async function respondOnce(
  call: ServerCall<unknown, unknown>,
  callback: sendUnaryData<unknown>,
  options: AdapterOptions,
  respond: Respond<unknown>,
): Promise<void> {
  const context = new options.Context(call, options);
  let response: unknown;
  try {
    response = await respond(context);
  } catch (error) {
    callback(context.fail(error));
    reportAccident(error, context, options);
    return;
  }
  callback(null, response, context.complete());
}

async function respondMany(
  call: ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
  options: AdapterOptions,
  respond: Respond<Messages<unknown>>,
): Promise<void> {
  const context = new options.Context(call, options);
  try {
    const writer = new MessageWriter(call, respond(context), (message) => {
      context.sendHeaders();
      return call.write(message);
    });
    context.onOver(() => writer.stop());
    if (!(await writer.finished)) throw context.abortReason;
  } catch (error) {
    call.emit('error', context.fail(error));
    reportAccident(error, context, options);
    return;
  }
  call.end(context.complete());
}

function readRequests(
  call: ServerReadableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
  context: ServerCallContext,
): MessageReader<unknown> {
  const reader = new MessageReader<unknown>({
    open: () => call,
    // A cancelled upload ends just like a complete one; that it was cancelled is told within the same turn.
    confirmEnd: nextTurn,
  });
  context.onOver((reason) => (reason ? reader.abort(reason) : reader.return()));
  return reader;
}

function reportAccident(error: unknown, context: CallContext, options: AsyncHandlersOptions): void {
  if (!toKnownStatus(error)) options.onInternalError?.(error, context);
}
