import { ServerCallContext } from '../call-context.ts';
import type { GrpcCallContext } from './handler.ts';
import { type MetadataRecord, toMetadataRecord } from './metadata-record.ts';

/** Adds to a call's context what raw handlers are told by name. */
export class RawCallContext extends ServerCallContext implements GrpcCallContext {
  #metadata: MetadataRecord | undefined;

  get serviceName(): string {
    return this.path.split('/')[1] ?? '';
  }

  get methodName(): string {
    return this.path.split('/')[2] ?? '';
  }

  get metadata(): MetadataRecord {
    this.#metadata ??= toMetadataRecord(this.requestMetadata);
    return this.#metadata;
  }
}
