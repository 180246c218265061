import {
  create,
  type DescMessage,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { StatusError } from '../status-error.ts';
import type { GrpcCallContext, GrpcHandler, GrpcRequest, GrpcResponse } from './handler.ts';

/**
 * Decodes the message of a request.
 *
 * @throws StatusError INVALID_ARGUMENT, where the bytes are no such message
 */
export function decodeRequest<I extends DescMessage>(schema: I, { payload }: GrpcRequest): MessageShape<I> {
  try {
    return fromBinary(schema, payload);
  } catch (cause) {
    throw new StatusError(status.INVALID_ARGUMENT, `the request is no ${schema.typeName}`, { cause });
  }
}

/** Encodes a message, or its init shape, as a response; `rest` is what the response has besides its payload. */
export function encodeResponse<O extends DescMessage>(
  schema: O,
  message: MessageInitShape<O>,
  rest: Omit<GrpcResponse, 'payload'> = {},
): GrpcResponse {
  return { payload: toBinary(schema, create(schema, message)), ...rest };
}

/**
 * Creates a handler for one unary method that works on messages. It sets metadata through the context.
 *
 * Another method is answered with UNIMPLEMENTED, a payload that is no request message with INVALID_ARGUMENT.
 */
export function createUnaryHandler<I extends DescMessage, O extends DescMessage>(
  methodName: string,
  respond: (
    request: MessageShape<I>,
    context: GrpcCallContext,
  ) => Promise<MessageInitShape<O>> | MessageInitShape<O>,
  requestSchema: I,
  responseSchema: O,
): GrpcHandler {
  return createServiceHandler({
    [methodName]: {
      async handleRequest(request, context) {
        const response = await respond(decodeRequest(requestSchema, request), context);
        return encodeResponse(responseSchema, response);
      },
    },
  });
}

/**
 * Creates one handler for a service of handlers for its methods, by their names in the .proto. A method that has no
 * handler, or one of another kind, is answered with UNIMPLEMENTED.
 */
export function createServiceHandler(handlers: Readonly<Record<string, GrpcHandler>>): GrpcHandler {
  const find = <K extends keyof GrpcHandler>(context: GrpcCallContext, name: K) => {
    const { serviceName, methodName } = context;
    const handler = Object.hasOwn(handlers, methodName) ? handlers[methodName] : undefined;
    const method = handler?.[name];
    if (method) return method.bind(handler) as NonNullable<GrpcHandler[K]>;
    throw new StatusError(
      status.UNIMPLEMENTED,
      `not implemented: ${serviceName}/${methodName} has no ${name}`,
    );
  };
  return {
    handleRequest: (request, context) => find(context, 'handleRequest')(request, context),
    handleServerStream: (request, context) => find(context, 'handleServerStream')(request, context),
    handleClientStream: (requests, context) => find(context, 'handleClientStream')(requests, context),
    handleBidiStream: (requests, context) => find(context, 'handleBidiStream')(requests, context),
  };
}
