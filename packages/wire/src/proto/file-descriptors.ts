import { create } from '@bufbuild/protobuf';
import {
  Edition,
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  type FileDescriptorSet,
  FileDescriptorSetSchema,
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
} from '@bufbuild/protobuf/wkt';
import { Enum, Namespace, type ReflectionObject, type Root, Service, Type } from 'protobufjs';
import { describeEnum, describeMessage, describeService } from './type-descriptors.ts';

const wellKnownFiles = [
  file_google_protobuf_any,
  file_google_protobuf_descriptor,
  file_google_protobuf_duration,
  file_google_protobuf_empty,
  file_google_protobuf_field_mask,
  file_google_protobuf_struct,
  file_google_protobuf_timestamp,
  file_google_protobuf_wrappers,
].map(({ proto }) => proto);

/**
 * Describes what protobufjs has parsed, file by file, imports first. Its own conversion merges files by package and
 * shortens type names to what other libraries do not resolve. Every file becomes one of edition 2023, which can say
 * what each syntax means.
 */
export function describeFiles(root: Root): FileDescriptorSet {
  const files = new Map<string, FileDescriptorProto>();
  const imports = new Map<FileDescriptorProto, Set<ReflectionObject>>();
  for (const object of listTopLevel(root)) {
    const packageName = object.parent?.fullName.slice(1) ?? '';
    if (packageName === 'google.protobuf') continue;
    const name = object.filename ?? '';
    const file = files.get(name) ?? makeFile(name, packageName);
    files.set(name, file);
    const references = imports.get(file) ?? new Set();
    imports.set(file, references);
    if (object instanceof Type) file.messageType.push(describeMessage(object, references));
    else if (object instanceof Enum) file.enumType.push(describeEnum(object));
    else if (object instanceof Service) file.service.push(describeService(object, references));
  }
  const sorted = new Set<FileDescriptorProto>(wellKnownFiles);
  const visit = (file: FileDescriptorProto) => {
    if (sorted.has(file)) return;
    for (const reference of imports.get(file) ?? []) {
      const imported = files.get(findFile(reference));
      if (imported && imported !== file) {
        if (!file.dependency.includes(imported.name)) file.dependency.push(imported.name);
        visit(imported);
      }
    }
    sorted.add(file);
  };
  for (const file of files.values()) visit(file);
  return create(FileDescriptorSetSchema, { file: [...sorted] });
}

function makeFile(name: string, packageName: string): FileDescriptorProto {
  return create(FileDescriptorProtoSchema, {
    name,
    package: packageName,
    syntax: 'editions',
    edition: Edition.EDITION_2023,
    dependency: wellKnownFiles.map((file) => file.name),
  });
}

function* listTopLevel(namespace: Namespace): Generator<ReflectionObject> {
  for (const object of namespace.nestedArray) {
    if (object instanceof Type || object instanceof Enum || object instanceof Service) yield object;
    else if (object instanceof Namespace) yield* listTopLevel(object);
  }
}

function findFile(object: ReflectionObject): string {
  let outermost = object;
  while (outermost.parent instanceof Type) outermost = outermost.parent;
  return outermost.filename ?? '';
}
