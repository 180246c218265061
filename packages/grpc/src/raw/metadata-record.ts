import { Metadata } from '@grpc/grpc-js';

/**
 * Metadata as a record with lower-case keys. A key that was sent several times has its values joined with `, `; one that
 * ends in `-bin` has bytes, of several values the last.
 */
export type MetadataRecord = Readonly<Record<string, string | Uint8Array>>;

/** Metadata to send: a key that ends in `-bin` takes bytes, all others text; an array sends its key several times. */
export type MetadataInit = Readonly<
  Record<string, string | Uint8Array | readonly string[] | readonly Uint8Array[]>
>;

const reservedKeys = /^(:|grpc-|content-type$|te$)/;

/** Returns metadata as a record, without the keys that belong to the transport. */
export function toMetadataRecord(metadata: Metadata): MetadataRecord {
  const keys = Object.keys(metadata.getMap()).filter((key) => !reservedKeys.test(key));
  return Object.fromEntries(
    keys.map((key) => {
      const values = metadata.get(key);
      const last = values.at(-1);
      return [key, last instanceof Buffer ? new Uint8Array(last) : values.join(', ')];
    }),
  );
}

/**
 * Adds what a handler returned to metadata that is about to be sent, in place of what the same keys had.
 *
 * @throws Error for a key or a value that cannot be sent, and for a key that belongs to the transport
 */
export function addMetadata(target: Metadata, init: MetadataInit): void {
  const added = new Metadata();
  for (const [key, value] of Object.entries(init)) {
    if (reservedKeys.test(key.toLowerCase()))
      throw new Error(`invalid metadata: the key "${key}" is the transport's`);
    for (const one of Array.isArray(value) ? value : [value]) {
      added.add(key, one instanceof Uint8Array ? Buffer.from(one) : one);
    }
  }
  for (const key of Object.keys(added.getMap())) target.remove(key);
  target.merge(added);
}
