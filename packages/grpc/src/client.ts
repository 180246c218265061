import type { DescService } from '@bufbuild/protobuf';
import {
  type CallOptions,
  type ChannelCredentials,
  type Client,
  type ClientDuplexStream,
  type ClientOptions,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  type Metadata,
  makeGenericClientConstructor,
  type requestCallback,
} from '@grpc/grpc-js';
import { createServiceDefinition } from './service-definition.ts';
import type { MethodKind, MethodName, RequestInit, Response } from './service-types.ts';

/** Starts a unary call; the callback gets the response or the error. */
export interface UnaryMethod<I, O> {
  (request: I, callback: requestCallback<O>): ClientUnaryCall;
  (request: I, metadata: Metadata, callback: requestCallback<O>): ClientUnaryCall;
  (request: I, options: CallOptions, callback: requestCallback<O>): ClientUnaryCall;
  (request: I, metadata: Metadata, options: CallOptions, callback: requestCallback<O>): ClientUnaryCall;
}

/** Starts a server streaming call; the responses are read from the returned stream. */
export interface ServerStreamingMethod<I, O> {
  (request: I, options?: CallOptions): ClientReadableStream<O>;
  (request: I, metadata: Metadata, options?: CallOptions): ClientReadableStream<O>;
}

/** Starts a client streaming call; the requests are written to the returned stream. */
export interface ClientStreamingMethod<I, O> {
  (callback: requestCallback<O>): ClientWritableStream<I>;
  (metadata: Metadata, callback: requestCallback<O>): ClientWritableStream<I>;
  (options: CallOptions, callback: requestCallback<O>): ClientWritableStream<I>;
  (metadata: Metadata, options: CallOptions, callback: requestCallback<O>): ClientWritableStream<I>;
}

/** Starts a bidirectional streaming call. */
export interface BidiStreamingMethod<I, O> {
  (options?: CallOptions): ClientDuplexStream<I, O>;
  (metadata: Metadata, options?: CallOptions): ClientDuplexStream<I, O>;
}

/** A grpc-js client with one typed method per RPC, in grpc-js's own calling conventions. */
export type ServiceClient<S extends DescService> = Client & {
  [M in MethodName<S>]: {
    unary: UnaryMethod<RequestInit<S, M>, Response<S, M>>;
    server_streaming: ServerStreamingMethod<RequestInit<S, M>, Response<S, M>>;
    client_streaming: ClientStreamingMethod<RequestInit<S, M>, Response<S, M>>;
    bidi_streaming: BidiStreamingMethod<RequestInit<S, M>, Response<S, M>>;
  }[MethodKind<S, M>];
};

/**
 * Creates a plain grpc-js client for a service. It connects with the first call and changes no channel option.
 *
 * An RPC named like a method of `Client` (`Close`, `GetChannel`, ...) hides that method.
 */
export function createClient<S extends DescService>(
  service: S,
  address: string,
  credentials: ChannelCredentials,
  options?: ClientOptions,
): ServiceClient<S> {
  const GenericClient = makeGenericClientConstructor(createServiceDefinition(service), service.typeName);
  return new GenericClient(address, credentials, options) as unknown as ServiceClient<S>;
}
