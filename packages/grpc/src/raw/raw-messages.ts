import { status } from '@grpc/grpc-js';
import type { Messages } from '../async-handlers.ts';
import { StatusError } from '../status-error.ts';
import type { GrpcRequest, GrpcResponse } from './handler.ts';
import { addMetadata } from './metadata-record.ts';
import type { RawCallContext } from './raw-call-context.ts';

/** What one call may take up. A limit that is left out does not exist; what equals a limit passes. */
export interface GrpcLimits {
  /** Messages of one request stream. More fail the requests with RESOURCE_EXHAUSTED. */
  maxStreamRequestMessages?: number;
  /** Payload bytes of one request stream, all messages together. More fail the requests with RESOURCE_EXHAUSTED. */
  maxStreamRequestBytes?: number;
  /**
   * Payload bytes of one response stream, all messages together. The message that goes beyond is not sent, and the call
   * fails with RESOURCE_EXHAUSTED.
   */
  maxStreamResponseBytes?: number;
}

/** Makes a request of a message's bytes. */
export function toRequest(bytes: Uint8Array, context: RawCallContext): GrpcRequest {
  const { serviceName, methodName, metadata } = context;
  const payload = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return { serviceName, methodName, payload, metadata };
}

/** Takes a response apart: its metadata goes to the context, its payload is returned. */
export function takeResponse(response: GrpcResponse, context: RawCallContext): Uint8Array {
  const { payload, metadata, trailers } = (response ?? {}) as GrpcResponse;
  if (!(payload instanceof Uint8Array)) {
    const { serviceName, methodName } = context;
    throw new TypeError(`invalid response of ${serviceName}/${methodName}: its payload is no Uint8Array`);
  }
  if (metadata) {
    if (context.headersSent)
      throw new Error('invalid response: metadata after the response headers were sent');
    addMetadata(context.responseHeaders, metadata);
  }
  if (trailers) addMetadata(context.responseTrailers, trailers);
  return payload;
}

/** Makes requests of a request stream, within the limits. */
export function toRequests(
  messages: AsyncIterableIterator<Uint8Array>,
  context: RawCallContext,
  { maxStreamRequestMessages = Infinity, maxStreamRequestBytes = Infinity }: GrpcLimits,
): AsyncIterableIterator<GrpcRequest> {
  let count = 0;
  let bytes = 0;
  return mapMessages(messages, (message) => {
    count++;
    bytes += message.byteLength;
    if (count > maxStreamRequestMessages) throw exhausted(`more than ${maxStreamRequestMessages} requests`);
    if (bytes > maxStreamRequestBytes)
      throw exhausted(`stream request size exceeded ${maxStreamRequestBytes} bytes`);
    return toRequest(message, context);
  });
}

/** Takes the responses of a stream apart, within the limits. */
export function takeResponses(
  responses: Messages<GrpcResponse>,
  context: RawCallContext,
  { maxStreamResponseBytes = Infinity }: GrpcLimits,
): AsyncIterableIterator<Uint8Array> {
  let bytes = 0;
  const iterator =
    Symbol.asyncIterator in responses ? responses[Symbol.asyncIterator]() : responses[Symbol.iterator]();
  return mapMessages(iterator, (response) => {
    const payload = takeResponse(response, context);
    bytes += payload.byteLength;
    if (bytes > maxStreamResponseBytes)
      throw exhausted(`stream response size exceeded ${maxStreamResponseBytes} bytes`);
    return payload;
  });
}

/** Converts messages one by one. Unlike an async generator it hands `return()` on at once, also while `next()` waits. */
function mapMessages<T, U>(
  source: AsyncIterator<T> | Iterator<T>,
  convert: (message: T) => U,
): AsyncIterableIterator<U> {
  return {
    async next() {
      const { done, value } = await source.next();
      return done ? { done, value: undefined } : { done: false, value: convert(value) };
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

function exhausted(details: string): StatusError {
  return new StatusError(status.RESOURCE_EXHAUSTED, details);
}
