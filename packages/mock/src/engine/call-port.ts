import type { Any } from '@bufbuild/protobuf/wkt';
import type { ResetCode } from '../dialect/reset-codes.ts';

/** Metadata as keys and texts; the values of keys that end in `-bin` are base64. */
export type MetadataList = readonly (readonly [string, string])[];

/** How a call ends. */
export interface EndStatus {
  code: number;
  details: string;
  statusDetails?: readonly Any[];
}

/** How one message is written. */
export interface SendOptions {
  /** Splits it over DATA frames of so many bytes. */
  chunkBytes?: number;
  compress?: boolean;
}

/** What breaks below gRPC. */
export type Fault =
  | { kind: 'reset'; code: ResetCode }
  | { kind: 'goaway'; code: ResetCode }
  | { kind: 'no-trailers' }
  | { kind: 'socket-reset' };

/** The server's end of one call, as the engine drives it. Everything is written in the order it is asked for. */
export interface CallPort {
  /** Sends the response headers; later calls do nothing. */
  sendHeaders(metadata: MetadataList): void;
  /** Writes a message; `done` is called once the transport has taken it. */
  send(bytes: Buffer, options: SendOptions, done: () => void): void;
  /** Ends the call with a status. */
  end(status: EndStatus, trailers: MetadataList): void;
  /** Asks for the next message of the client, which may come at once. */
  read(): void;
  /** Breaks something; all but `goaway` end the call. */
  fault(fault: Fault): void;
}
