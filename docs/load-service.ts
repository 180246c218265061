import { join } from 'node:path';
import { loadPackageDefinition, type ServiceClientConstructor } from '@grpc/grpc-js';
import { loadSync, type Options } from '@grpc/proto-loader';

const proto = join(import.meta.dirname, '../proto/streamlings/streaming/v1/streaming.proto');

/** What `loadPackageDefinition` makes of the file's package; it cannot know more of the types. */
interface Loaded {
  streamlings: { streaming: { v1: { StreamingService: ServiceClientConstructor } } };
}

/** Reads `streaming.proto` at run time, as `@grpc/proto-loader` does it, and returns the class of the service's clients. */
export function loadStreamingService(options?: Options): ServiceClientConstructor {
  const loaded = loadPackageDefinition(loadSync(proto, options)) as unknown as Loaded;
  return loaded.streamlings.streaming.v1.StreamingService;
}
