import type { ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';

/**
 * Finds the HTTP/2 stream below a call. grpc-js has no public way to it, and nothing else can reset a stream with a
 * chosen code, leave the trailers out, or write a compressed message. This is the one private name the package relies on.
 *
 * @throws Error where grpc-js has changed
 */
export function findHttp2Stream(call: ServerInterceptingCallInterface): ServerHttp2Stream {
  const { stream } = call as unknown as { stream?: ServerHttp2Stream };
  if (typeof stream?.close === 'function' && stream.session) return stream;
  throw new Error('this version of @grpc/grpc-js does not show its HTTP/2 stream: faults need 1.14');
}
