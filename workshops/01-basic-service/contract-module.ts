import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema, file_google_protobuf_timestamp } from '@bufbuild/protobuf/wkt';
import type { CheckContext } from '@streamlings/grading';
import { file_streamlings_ferry_v1_ferry } from '@streamlings/proto/streamlings/ferry/v1/ferry';
import { runBuf } from './run-buf.ts';

const modules = [{ path: 'proto' }];
const required = create(FileDescriptorSetSchema, {
  file: [file_google_protobuf_timestamp.proto, file_streamlings_ferry_v1_ferry.proto],
});

/** The learner's contract as a buf module of its own, to be asked. */
export interface ContractModule {
  /** What `buf build` complains about. */
  build(): Promise<string[]>;
  /** What `buf lint` complains about, by the rules of the workshop. */
  lint(): Promise<string[]>;
  /** What a client of the required contract would miss, by some rules of `buf breaking`. */
  compare(...rules: string[]): Promise<string[]>;
}

/** Copies the contract to a folder that is gone when the check is over; what else is in the learner's folder plays no part. */
export async function openContract({ file, defer }: CheckContext): Promise<ContractModule> {
  const folder = await mkdtemp(join(tmpdir(), 'streamlings-contract-'));
  defer(() => rm(folder, { recursive: true, force: true }));
  const place = join(folder, 'proto/streamlings/ferry/v1');
  await mkdir(place, { recursive: true });
  await copyFile(file, join(place, 'ferry.proto'));
  await writeFile(join(folder, 'required.binpb'), toBinary(FileDescriptorSetSchema, required));
  const ask = async (command: string[], settings: object): Promise<string[]> => {
    const config = JSON.stringify({ version: 'v2', modules, ...settings });
    // What the required contract imports is missed by nobody; a field of another type is.
    const { problems } = await runBuf([...command, '--config', config], folder);
    return problems
      .map((problem) =>
        problem.replace(/^(proto\/streamlings\/ferry\/v1\/|<input>:1:1:)| See https:.*$/g, ''),
      )
      .filter((problem) => !problem.includes('package "google.protobuf"'));
  };
  return {
    build: () => ask(['build', '-o', 'built.binpb'], {}),
    lint: () => ask(['lint'], { lint: { use: ['STANDARD', 'COMMENTS'], disallow_comment_ignores: true } }),
    compare: (...rules) =>
      ask(['breaking', '--against', 'required.binpb'], {
        breaking: { use: rules },
      }),
  };
}
