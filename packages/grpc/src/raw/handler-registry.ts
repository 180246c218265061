import type { DescMethod } from '@bufbuild/protobuf';
import type { GrpcHandler } from './handler.ts';

/** The kind of a method, in Protobuf-ES's words. */
export type GrpcMethodKind = DescMethod['methodKind'];

/** A service as the registry needs to know it: a generated `DescService` is one, and so is a literal. */
export interface GrpcServiceShape {
  /** The full name of the service, `package.Service`. */
  readonly typeName: string;
  /** Its methods. On the wire a call does not tell its kind, so the service has to. */
  readonly methods: readonly { readonly name: string; readonly methodKind: GrpcMethodKind }[];
}

/** A method and what serves it. */
export interface GrpcRegistration {
  readonly serviceName: string;
  readonly methodName: string;
  readonly methodKind: GrpcMethodKind;
  readonly handler: GrpcHandler;
}

/** The method of a {@link GrpcHandler} that serves each kind of call. */
export const handlerMethods = {
  unary: 'handleRequest',
  server_streaming: 'handleServerStream',
  client_streaming: 'handleClientStream',
  bidi_streaming: 'handleBidiStream',
} as const satisfies Record<GrpcMethodKind, keyof GrpcHandler>;

/**
 * Keeps raw handlers by service and by method. A handler that was registered for a method goes before the one of its
 * service. Nothing is replaced silently: registering the same service or method twice throws.
 */
export class GrpcHandlerRegistry {
  readonly #services = new Map<string, GrpcRegistration[]>();
  readonly #methods = new Map<string, GrpcRegistration>();

  /**
   * Registers one handler for all methods of a service.
   *
   * @throws TypeError for a handler with none of the four methods, Error for a service that has one already
   */
  registerService({ typeName, methods }: GrpcServiceShape, handler: GrpcHandler): this {
    requireName(typeName, 'service');
    if (!Object.values(handlerMethods).some((name) => typeof handler[name] === 'function')) {
      const names = Object.values(handlerMethods).join(', ');
      throw new TypeError(`invalid handler for ${typeName}: it has none of ${names}`);
    }
    if (this.#services.has(typeName)) throw new Error(`duplicate registration: ${typeName}`);
    const registrations = methods.map(({ name, methodKind }) => ({
      serviceName: typeName,
      methodName: requireName(name, 'method'),
      methodKind,
      handler,
    }));
    this.#services.set(typeName, registrations);
    return this;
  }

  /** Registers a handler for one unary method; it must have `handleRequest`. */
  registerUnary(serviceName: string, methodName: string, handler: GrpcHandler): this {
    return this.#registerMethod({ serviceName, methodName, methodKind: 'unary', handler });
  }

  /** Registers a handler for one server streaming method; it must have `handleServerStream`. */
  registerServerStreaming(serviceName: string, methodName: string, handler: GrpcHandler): this {
    return this.#registerMethod({ serviceName, methodName, methodKind: 'server_streaming', handler });
  }

  /** Registers a handler for one client streaming method; it must have `handleClientStream`. */
  registerClientStreaming(serviceName: string, methodName: string, handler: GrpcHandler): this {
    return this.#registerMethod({ serviceName, methodName, methodKind: 'client_streaming', handler });
  }

  /** Registers a handler for one bidirectional method; it must have `handleBidiStream`. */
  registerBidirectionalStreaming(serviceName: string, methodName: string, handler: GrpcHandler): this {
    return this.#registerMethod({ serviceName, methodName, methodKind: 'bidi_streaming', handler });
  }

  /**
   * Takes back what was registered for a method, or for a whole service.
   *
   * @throws Error if there is nothing to take back
   */
  unregister(serviceName: string, methodName?: string): this {
    const wasThere =
      methodName === undefined
        ? this.#services.delete(serviceName)
        : this.#methods.delete(`${serviceName}/${methodName}`);
    if (wasThere) return this;
    const name = methodName === undefined ? serviceName : `${serviceName}/${methodName}`;
    throw new Error(`not registered: ${name}`);
  }

  /** Returns what serves a method, undefined if nothing does. */
  getMethod(serviceName: string, methodName: string): GrpcRegistration | undefined {
    const ofService = this.#services.get(serviceName);
    return (
      this.#methods.get(`${serviceName}/${methodName}`) ??
      ofService?.find((registration) => registration.methodName === methodName)
    );
  }

  /** Returns what serves each method, one entry per method. */
  entries(): GrpcRegistration[] {
    const all = [...this.#services.values()]
      .flat()
      .map((entry) => [`${entry.serviceName}/${entry.methodName}`, entry]);
    return [...new Map([...all, ...this.#methods] as [string, GrpcRegistration][]).values()];
  }

  #registerMethod(registration: GrpcRegistration): this {
    const { serviceName, methodName, methodKind, handler } = registration;
    const name = `${requireName(serviceName, 'service')}/${requireName(methodName, 'method')}`;
    if (typeof handler[handlerMethods[methodKind]] !== 'function')
      throw new TypeError(`invalid handler for ${name}: it has no ${handlerMethods[methodKind]}`);
    if (this.#methods.has(name)) throw new Error(`duplicate registration: ${name}`);
    this.#methods.set(name, registration);
    return this;
  }
}

function requireName(name: string, what: string): string {
  if (name === '' || name.includes('/')) throw new TypeError(`invalid ${what} name: "${name}"`);
  return name;
}
