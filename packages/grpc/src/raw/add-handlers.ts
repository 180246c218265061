import { type MethodDefinition, type Server, status, type UntypedServiceImplementation } from '@grpc/grpc-js';
import { type AsyncHandlersOptions, createHandler } from '../async-handlers.ts';
import { StatusError } from '../status-error.ts';
import {
  type GrpcHandlerRegistry,
  type GrpcMethodKind,
  type GrpcRegistration,
  handlerMethods,
} from './handler-registry.ts';
import { RawCallContext } from './raw-call-context.ts';
import { type GrpcLimits, takeResponse, takeResponses, toRequest, toRequests } from './raw-messages.ts';

/** Options of {@link addGrpcHandlers}. */
export interface GrpcHandlersOptions extends AsyncHandlersOptions {
  /** What one call may take up. The size of one message is the server's option `grpc.max_receive_message_length`. */
  limits?: GrpcLimits;
}

/**
 * Serves what is registered now, beside any typed services of the server.
 *
 * @throws Error if the server has a handler for one of the methods already
 */
export function addGrpcHandlers(
  server: Server,
  registry: GrpcHandlerRegistry,
  options: GrpcHandlersOptions = {},
): void {
  for (const registration of registry.entries()) {
    const { methodName } = registration;
    const implementation = { [methodName]: createRawHandler(registration, options) };
    server.addService(
      { [methodName]: createDefinition(registration) },
      implementation as UntypedServiceImplementation,
    );
  }
}

function createDefinition({
  serviceName,
  methodName,
  methodKind,
}: GrpcRegistration): MethodDefinition<Uint8Array, Uint8Array> {
  const toBuffer = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const keep = (bytes: Buffer) => bytes;
  return {
    path: `/${serviceName}/${methodName}`,
    requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
    responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
    requestSerialize: toBuffer,
    requestDeserialize: keep,
    responseSerialize: toBuffer,
    responseDeserialize: keep,
  };
}

function createRawHandler(registration: GrpcRegistration, options: GrpcHandlersOptions): unknown {
  const { serviceName, methodName, methodKind, handler } = registration;
  const name = handlerMethods[methodKind];
  const adapt = adapters[methodKind];
  const handle: RawMethod = (input, context) => {
    const method: RawMethod | undefined = handler[name];
    if (method) return method.call(handler, input, context);
    const details = `not implemented: ${serviceName}/${methodName}, a ${methodKind} method, has no ${name}`;
    throw new StatusError(status.UNIMPLEMENTED, details);
  };
  return createHandler(methodKind, adapt(handle, options.limits ?? {}), options, RawCallContext);
}

// biome-ignore lint/suspicious/noExplicitAny: the typed surface is GrpcHandler; the registry has checked the kind
type RawMethod = (input: any, context: RawCallContext) => any;
type Adapter = (handle: RawMethod, limits: GrpcLimits) => RawMethod;

const adapters: Record<GrpcMethodKind, Adapter> = {
  unary: (handle) => async (bytes, context) =>
    takeResponse(await handle(toRequest(bytes, context), context), context),
  server_streaming: (handle, limits) => (bytes, context) =>
    takeResponses(handle(toRequest(bytes, context), context), context, limits),
  client_streaming: (handle, limits) => async (messages, context) =>
    takeResponse(await handle(toRequests(messages, context, limits), context), context),
  bidi_streaming: (handle, limits) => (messages, context) =>
    takeResponses(handle(toRequests(messages, context, limits), context), context, limits),
};
