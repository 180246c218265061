import { globSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createFileRegistry, fromBinary, type Registry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import protobufjs from 'protobufjs';
import { describeFiles } from './file-descriptors.ts';

/**
 * Reads the services that a tap shall know: from a folder of `.proto` files, whose imports are looked up from that
 * folder, or from a file with a descriptor set, as `buf build -o` and `protoc --include_imports -o` write it.
 *
 * @throws Error where a file is missing or not valid
 */
export async function loadRegistry(path: string): Promise<Registry> {
  if (!statSync(path).isDirectory())
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(path)));
  const files = globSync('**/*.proto', { cwd: path, exclude: (name) => name === 'node_modules' }).sort();
  if (files.length === 0) throw new Error(`there is no .proto file in ${path}`);
  const root = new protobufjs.Root();
  root.resolvePath = (_origin, target) => (isWellKnown(target) ? target : resolve(path, target));
  await root.load(files, { keepCase: true });
  root.resolveAll();
  return createFileRegistry(describeFiles(root));
}

/** The files that every compiler brings along. */
function isWellKnown(path: string): boolean {
  return /^google\/protobuf\/[a-z_]+\.proto$/.test(path) && protobufjs.common.get(path) !== null;
}
