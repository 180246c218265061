import type { DescService } from '@bufbuild/protobuf';
import { Server, ServerCredentials, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { createServiceDefinition } from '@streamlings/grpc';
import { addReflection } from '@streamlings/grpc/reflection';

/** A server that runs. */
export interface Hosted {
  services: DescService[];
  /** Where it listens, as `host:port`. */
  address: string;
}

/** Serves handlers on a free port until the process ends, with reflection; the methods that are missing are UNIMPLEMENTED. */
export async function host(
  ...served: Array<readonly [service: DescService, handlers: object]>
): Promise<Hosted> {
  const server = new Server();
  const services = served.map(([service]) => service);
  for (const [service, handlers] of served) {
    server.addService(createServiceDefinition(service), { ...handlers } as UntypedServiceImplementation);
  }
  addReflection(server, services);
  const port = await new Promise<number>((resolve, reject) => {
    const insecure = ServerCredentials.createInsecure();
    server.bindAsync('127.0.0.1:0', insecure, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  return { services, address: `127.0.0.1:${port}` };
}
