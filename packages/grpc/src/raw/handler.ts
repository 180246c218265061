import type { Messages } from '../async-handlers.ts';
import type { CallContext } from '../call-context.ts';
import type { MetadataInit, MetadataRecord } from './metadata-record.ts';

/** One request message as it came, not yet decoded. */
export interface GrpcRequest {
  /** The full name of the service, `package.Service`. */
  readonly serviceName: string;
  /** The method's name as the .proto has it. */
  readonly methodName: string;
  /** One message: without its frame, decompressed, and the handler's to keep. Empty for a message with no fields set. */
  readonly payload: Uint8Array;
  /** What the client sent before its first message; the same for all messages of a call. */
  readonly metadata: MetadataRecord;
}

/** One response message, already encoded. */
export interface GrpcResponse {
  /** One message without a frame. It must not be changed after it was handed over. */
  readonly payload: Uint8Array;
  /**
   * Added to the response headers. In a stream only the first response may have some: headers go out with it, and
   * metadata of a later one fails the call with INTERNAL.
   */
  readonly metadata?: MetadataInit;
  /** Added to the trailers. Any response of a stream may have some; for one key the last value wins. */
  readonly trailers?: MetadataInit;
}

/** What a raw handler knows about its call, also where there is no request to tell it. */
export interface GrpcCallContext extends CallContext {
  /** The full name of the service, `package.Service`. */
  readonly serviceName: string;
  /** The method's name as the .proto has it. */
  readonly methodName: string;
  /** What the client sent before its first message; `requestMetadata` has repeated keys one by one. */
  readonly metadata: MetadataRecord;
}

/**
 * Serves methods over encoded messages: one method per kind of call, each of them optional. A call of a kind that is
 * missing is answered with UNIMPLEMENTED. A handler of several methods tells them apart by `methodName`.
 *
 * What it throws becomes the status, see `StatusError.from`, whether responses were sent before or not; those that were
 * arrive. Anything but a {@link GrpcResponse} with a `Uint8Array` is INTERNAL. Order, backpressure, cancelling and the end
 * of the requests are those of `AsyncHandler`: a response is asked for while the transport has room, a call that is over
 * closes the iterable of responses, and requests of a call that failed throw.
 */
export interface GrpcHandler {
  /** Answers a unary call. */
  handleRequest?(request: GrpcRequest, context: GrpcCallContext): Promise<GrpcResponse> | GrpcResponse;
  /** Answers a server streaming call; it ends with the iterable. */
  handleServerStream?(request: GrpcRequest, context: GrpcCallContext): Messages<GrpcResponse>;
  /**
   * Answers a client streaming call. It may answer before it has read everything: what the client sends after that is
   * discarded. Leaving the requests by `break` ends them for good.
   */
  handleClientStream?(
    requests: AsyncIterableIterator<GrpcRequest>,
    context: GrpcCallContext,
  ): Promise<GrpcResponse> | GrpcResponse;
  /** Answers a bidirectional call. Requests and responses are independent: it may respond before, between and after. */
  handleBidiStream?(
    requests: AsyncIterableIterator<GrpcRequest>,
    context: GrpcCallContext,
  ): Messages<GrpcResponse>;
}
