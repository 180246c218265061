import { createRegistry, type DescFile, type DescService, type Registry, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';

type Descriptor = Registry extends Iterable<infer D> ? D : never;

/**
 * Finds the files that describe services, with everything these import.
 *
 * A file is found as serialised `FileDescriptorProto`s: itself first, then all it depends on, so that no client has to
 * ask again.
 */
export class DescriptorIndex {
  /** The full names of the services. */
  readonly services: readonly string[];
  readonly #registry: Registry;
  readonly #filesByName = new Map<string, DescFile>();
  readonly #filesBySymbol = new Map<string, DescFile>();

  constructor(services: readonly DescService[]) {
    this.services = services.map(({ typeName }) => typeName);
    const files = [...withDependencies(services.map(({ file }) => file))];
    this.#registry = createRegistry(...files);
    for (const file of files) this.#filesByName.set(file.proto.name, file);
    for (const descriptor of this.#registry) {
      for (const symbol of symbolsOf(descriptor)) this.#filesBySymbol.set(symbol, descriptor.file);
    }
  }

  /** Finds a file by the name it is imported by. */
  findByFilename(name: string): Uint8Array[] | undefined {
    return serialise(this.#filesByName.get(name));
  }

  /** Finds the file that declares a service, method, message, field, enum, enum value or extension. */
  findBySymbol(symbol: string): Uint8Array[] | undefined {
    return serialise(this.#filesBySymbol.get(symbol));
  }

  /** Finds the file that declares an extension of a message. */
  findByExtension(typeName: string, number: number): Uint8Array[] | undefined {
    const extendee = this.#registry.getMessage(typeName);
    return serialise(extendee && this.#registry.getExtensionFor(extendee, number)?.file);
  }

  /** Returns the field numbers of all known extensions of a message, undefined for an unknown message. */
  extensionNumbersOf(typeName: string): number[] | undefined {
    if (!this.#registry.getMessage(typeName)) return undefined;
    return [...this.#registry].flatMap((descriptor) =>
      descriptor.kind === 'extension' && descriptor.extendee.typeName === typeName ? descriptor.number : [],
    );
  }
}

function withDependencies(files: readonly DescFile[], found = new Set<DescFile>()): Set<DescFile> {
  for (const file of files) {
    if (found.has(file)) continue;
    found.add(file);
    withDependencies(file.dependencies, found);
  }
  return found;
}

function symbolsOf(descriptor: Descriptor): string[] {
  const { typeName } = descriptor;
  const within = (members: { name: string }[]) => members.map(({ name }) => `${typeName}.${name}`);
  switch (descriptor.kind) {
    case 'service':
      return [typeName, ...within(descriptor.methods)];
    case 'message':
      return [typeName, ...within(descriptor.members)];
    case 'enum': {
      // Enum values are siblings of their enum.
      const scope = typeName.slice(0, -descriptor.name.length);
      return [typeName, ...descriptor.values.map(({ name }) => scope + name)];
    }
    default:
      return [typeName];
  }
}

function serialise(file: DescFile | undefined): Uint8Array[] | undefined {
  return file && [...withDependencies([file])].map(({ proto }) => toBinary(FileDescriptorProtoSchema, proto));
}
