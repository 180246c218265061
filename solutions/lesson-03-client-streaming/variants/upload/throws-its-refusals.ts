import { createHash, randomUUID } from 'node:crypto';
import { status } from '@grpc/grpc-js';
import type { World } from '@streamlings/grading';
import type { ServiceHandlers } from '@streamlings/grpc';
import type { FileChunk, FileEnd, UploadService } from '@streamlings/proto/streamlings/upload/v1/upload';

export const CHUNKS_PER_BATCH = 10;

class Refusal extends Error {}

/** One upload: what has arrived, and what is saved of it. */
class Upload {
  readonly fileId = randomUUID();
  readonly #hash = createHash('sha256');
  readonly #world: World;
  #pending: Uint8Array[] = [];
  #batches = 0;
  totalSize = 0n;

  constructor(world: World) {
    this.#world = world;
  }

  async add({ data, offset }: FileChunk): Promise<void> {
    if (offset !== this.totalSize) throw new Refusal('out of place');
    this.totalSize += BigInt(data.length);
    this.#hash.update(data);
    this.#pending.push(data);
    if (this.#pending.length === CHUNKS_PER_BATCH) await this.#save();
  }

  async commit({ totalSize, sha256 }: FileEnd): Promise<void> {
    const checksum = this.#hash.digest('hex');
    if (totalSize !== this.totalSize || Buffer.from(sha256).toString('hex') !== checksum)
      throw new Refusal('differs');
    await this.#save();
    await this.#world.store.put(this.fileId, checksum);
  }

  async #save(): Promise<void> {
    const chunks = this.#pending.splice(0);
    if (chunks.length === 0) return;
    this.#batches += 1;
    await this.#world.store.put(`${this.fileId}/${this.#batches}`, Buffer.concat(chunks).toString('base64'));
  }
}

export function handlers(world: World): ServiceHandlers<typeof UploadService> {
  return {
    uploadFile: (call, callback) => {
      const receive = async () => {
        const upload = new Upload(world);
        for await (const { part } of call) {
          switch (part.case) {
            case 'chunk':
              await upload.add(part.value);
              break;
            case 'end':
              await upload.commit(part.value);
              return { fileId: upload.fileId, totalSize: upload.totalSize };
            default:
              throw new Refusal('empty');
          }
        }
        throw new Refusal('no end marker');
      };
      receive().then(
        (answer) => callback(null, answer),
        (error: Error) =>
          callback({
            code: error instanceof Refusal ? status.INVALID_ARGUMENT : status.INTERNAL,
            details: error instanceof Refusal ? error.message : 'the file cannot be kept',
          }),
      );
    },
  };
}
