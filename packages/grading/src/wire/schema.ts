import {
  createFileRegistry,
  type DescFile,
  type DescService,
  type FileRegistry,
  fromBinary,
  toBinary,
} from '@bufbuild/protobuf';
import { base64Decode, base64Encode } from '@bufbuild/protobuf/wire';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';

/** Packs the files that a service is made of: a `FileDescriptorSet` in base64. */
export function packSchema(service: DescService): string {
  const files = new Set<DescFile>();
  collect(service.file, files);
  const set = { $typeName: FileDescriptorSetSchema.typeName, file: [...files].map(({ proto }) => proto) };
  return base64Encode(toBinary(FileDescriptorSetSchema, set));
}

/** Makes a registry of what {@link packSchema} packed. */
export function unpackSchema(schema: string): FileRegistry {
  return createFileRegistry(fromBinary(FileDescriptorSetSchema, base64Decode(schema)));
}

/** Dependencies first. */
function collect(file: DescFile, files: Set<DescFile>): void {
  for (const dependency of file.dependencies) collect(dependency, files);
  files.add(file);
}
