import type { ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Metadata, type ServerInterceptingCallInterface, type status } from '@grpc/grpc-js';
import { StatusError } from '@streamlings/grpc';
import { resetCodes } from '../dialect/reset-codes.ts';
import type { CallPort, EndStatus, Fault, MetadataList, SendOptions } from '../engine/call-port.ts';
import { findHttp2Stream } from './http2-stream.ts';

/** Plays the engine's part of a call on grpc-js, and below it where a scenario asks for what gRPC does not do. */
export class GrpcPort implements CallPort {
  readonly #call: ServerInterceptingCallInterface;
  /** What has to wait until a message has left in pieces; undefined where nothing does. */
  #waiting: (() => void)[] | undefined;

  constructor(call: ServerInterceptingCallInterface) {
    this.#call = call;
  }

  sendHeaders(metadata: MetadataList): void {
    this.#call.sendMetadata(toMetadata(metadata));
  }

  send(bytes: Buffer, { chunkBytes, compress }: SendOptions, done: () => void): void {
    if (chunkBytes === undefined && !compress) {
      this.#inOrder(() => this.#call.sendMessage(bytes, done));
      return;
    }
    const frame = makeFrame(bytes, compress === true);
    this.#inOrder(() => {
      this.#waiting = [];
      writePieces(findHttp2Stream(this.#call), frame, chunkBytes ?? frame.length, () => {
        const waiting = this.#waiting ?? [];
        this.#waiting = undefined;
        done();
        for (const run of waiting) this.#inOrder(run);
      });
    });
  }

  end({ code, details, statusDetails }: EndStatus, trailers: MetadataList): void {
    const metadata = toMetadata(trailers);
    const status = statusDetails
      ? new StatusError(code as status, details, { statusDetails, metadata })
      : { code: code as status, details: details.toWellFormed(), metadata };
    this.#inOrder(() => this.#call.sendStatus(status));
  }

  read(): void {
    this.#call.startRead();
  }

  fault(fault: Fault): void {
    const stream = findHttp2Stream(this.#call);
    switch (fault.kind) {
      case 'reset':
        stream.close(resetCodes.indexOf(fault.code));
        return;
      case 'goaway':
        stream.session?.goaway(resetCodes.indexOf(fault.code));
        return;
      case 'no-trailers':
        stream.end();
        return;
      case 'socket-reset':
        resetSocket(stream);
        return;
    }
  }

  #inOrder(run: () => void): void {
    if (this.#waiting) this.#waiting.push(run);
    else run();
  }
}

/** Makes metadata of keys and texts; values of keys that end in `-bin` come as base64, several joined with commas. */
export function toMetadata(list: MetadataList): Metadata {
  const metadata = new Metadata();
  for (const [key, text] of list) {
    if (!key.endsWith('-bin')) metadata.add(key, text);
    else for (const value of text.split(',')) metadata.add(key, Buffer.from(value, 'base64'));
  }
  return metadata;
}

function makeFrame(bytes: Buffer, compress: boolean): Buffer {
  const payload = compress ? gzipSync(bytes) : bytes;
  const frame = Buffer.allocUnsafe(payload.length + 5);
  frame.writeUInt8(compress ? 1 : 0, 0);
  frame.writeUInt32BE(payload.length, 1);
  payload.copy(frame, 5);
  return frame;
}

/** Each piece is with the transport before the next one is written, so that they do not share a DATA frame. */
function writePieces(stream: ServerHttp2Stream, frame: Buffer, length: number, done: () => void): void {
  stream.write(frame.subarray(0, length), (error) => {
    if (error || frame.length <= length) done();
    else writePieces(stream, frame.subarray(length), length, done);
  });
}

/** Below TLS there is no socket to reset, and the connection is cut instead. */
function resetSocket({ session }: ServerHttp2Stream): void {
  const socket = session?.socket as Socket | undefined;
  try {
    socket?.resetAndDestroy();
  } catch {
    session?.destroy();
  }
}
