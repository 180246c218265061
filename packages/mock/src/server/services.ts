import type { DescMethod, DescService } from '@bufbuild/protobuf';
import type { MethodDefinition, Server, ServiceDefinition } from '@grpc/grpc-js';
import { createServiceDefinition } from '@streamlings/grpc';
import { addReflection, ServerReflection, ServerReflectionV1Alpha } from '@streamlings/grpc/reflection';

/** Services that the server itself provides. */
const ownServices = /^(grpc\.(health|reflection)\.|streamlings\.mock\.)/;

/** Keeps what a grpc-js server serves in step with the services that are mocked. */
export class ServedServices {
  readonly #server: Server;
  readonly #always: readonly DescService[];
  #mocked: ServiceDefinition[] = [];
  #hasReflection = false;

  /** @param always services that are described beside the mocked ones. */
  constructor(server: Server, always: readonly DescService[]) {
    this.#server = server;
    this.#always = always;
  }

  /** Puts services in place of those before. Their calls are taken by the interceptor, not by handlers. */
  replace(services: Iterable<DescService>): void {
    // In the order of their names: files are read at the same time, and the first to be there is not always the same.
    const mocked = [...services]
      .filter(({ typeName }) => !ownServices.test(typeName))
      .sort((a, b) => a.typeName.localeCompare(b.typeName));
    for (const definition of this.#mocked) this.#server.removeService(definition);
    this.#mocked = mocked.map(defineService);
    for (const definition of this.#mocked) this.#server.addService(definition, {});
    if (this.#hasReflection)
      for (const service of [ServerReflection, ServerReflectionV1Alpha])
        this.#server.removeService(createServiceDefinition(service));
    this.#hasReflection = true;
    addReflection(this.#server, [...mocked, ...this.#always]);
  }
}

/** Messages stay bytes. */
function defineService({ methods, typeName }: DescService): ServiceDefinition {
  return Object.fromEntries(methods.map((method) => [method.localName, defineMethod(typeName, method)]));
}

function defineMethod(typeName: string, { name, methodKind }: DescMethod): MethodDefinition<Buffer, Buffer> {
  const same = (bytes: Buffer) => bytes;
  return {
    path: `/${typeName}/${name}`,
    requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
}
