import { globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { createFileRegistry, fromBinary, type Registry } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import protobufjs from 'protobufjs';
import { describeFiles } from './file-descriptors.ts';

/**
 * Reads the services that a tap shall know: from a folder of `.proto` files, whose imports are looked up from that
 * folder, from one `.proto` file, whose imports are looked up from where it is, or from a file with a descriptor set, as
 * `buf build -o` and `protoc --include_imports -o` write it.
 *
 * @throws Error where a file is missing or not valid
 */
export async function loadRegistry(path: string): Promise<Registry> {
  const isFolder = statSync(path).isDirectory();
  if (!isFolder && !path.endsWith('.proto')) return readDescriptorSet(path);
  const folder = isFolder ? path : dirname(path);
  const files = isFolder
    ? globSync('**/*.proto', { cwd: folder, exclude: (name) => name === 'node_modules' }).sort()
    : [basename(path)];
  if (files.length === 0) throw new Error(`there is no .proto file in ${path}`);
  const root = new protobufjs.Root();
  root.resolvePath = (_origin, target) => (isWellKnown(target) ? target : resolve(folder, target));
  for (const file of files) {
    await root.load(file, { keepCase: true }).catch((error: Error) => {
      throw new Error(error.message.includes('.proto') ? error.message : `${file}: ${error.message}`, {
        cause: error,
      });
    });
  }
  root.resolveAll();
  return createFileRegistry(describeFiles(root));
}

function readDescriptorSet(path: string): Registry {
  const bytes = readFileSync(path);
  try {
    return createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes));
  } catch (error) {
    throw new Error(
      `${path} is no descriptor set, as \`buf build -o\` writes it, and no .proto file: ${(error as Error).message}`,
      { cause: error },
    );
  }
}

/** The files that every compiler brings along. */
function isWellKnown(path: string): boolean {
  return /^google\/protobuf\/[a-z_]+\.proto$/.test(path) && protobufjs.common.get(path) !== null;
}
