import { join } from 'node:path';
import {
  type Client,
  type ClientReadableStream,
  type ClientUnaryCall,
  loadPackageDefinition,
  type Metadata,
  type ServiceClientConstructor,
  type ServiceError,
} from '@grpc/grpc-js';
import { loadSync, type Options } from '@grpc/proto-loader';

const proto = join(import.meta.dirname, '../proto/streamlings/streaming/v1/streaming.proto');

/** What the author of a program believes to be in a message; nothing checks it. */
interface Answer {
  content: string;
  timestamp: number;
}

type Callback = (error: ServiceError | null, answer: Answer) => void;

/** A client without generated types, as far as the programs here use it. */
export interface LoadedClient extends Client {
  unaryCall: {
    (request: object, metadata: Metadata, callback: Callback): ClientUnaryCall;
    (request: object, callback: Callback): ClientUnaryCall;
  };
  serverStreaming(request: object): ClientReadableStream<Answer>;
}

/** Reads `streaming.proto` at run time with `@grpc/proto-loader` and returns the class of the service's clients. */
export function loadStreamingService(
  options?: Options,
): new (
  ...args: ConstructorParameters<typeof Client>
) => LoadedClient {
  const { streamlings } = loadPackageDefinition(loadSync(proto, options)) as unknown as {
    streamlings: { streaming: { v1: { StreamingService: ServiceClientConstructor } } };
  };
  return streamlings.streaming.v1.StreamingService as never;
}
