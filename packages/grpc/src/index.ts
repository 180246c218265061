export {
  type AsyncCallOptions,
  type AsyncClient,
  type AsyncMethods,
  createAsyncClient,
  type ExistingChannel,
  type Responses,
} from './async-client.ts';
export {
  type AsyncHandler,
  type AsyncHandlers,
  type AsyncHandlersOptions,
  createAsyncHandlers,
  type Messages,
} from './async-handlers.ts';
export type { CallContext } from './call-context.ts';
export {
  type BidiStreamingMethod,
  type ClientStreamingMethod,
  createClient,
  type ServerStreamingMethod,
  type ServiceClient,
  type UnaryMethod,
} from './client.ts';
export { addGrpcHandlers, type GrpcHandlersOptions } from './raw/add-handlers.ts';
export { createServiceHandler, createUnaryHandler, decodeRequest, encodeResponse } from './raw/codecs.ts';
export type { GrpcCallContext, GrpcHandler, GrpcRequest, GrpcResponse } from './raw/handler.ts';
export {
  GrpcHandlerRegistry,
  type GrpcMethodKind,
  type GrpcRegistration,
  type GrpcServiceShape,
} from './raw/handler-registry.ts';
export type { MetadataInit, MetadataRecord } from './raw/metadata-record.ts';
export type { GrpcLimits } from './raw/raw-messages.ts';
export { createServiceDefinition } from './service-definition.ts';
export type {
  MethodKind,
  MethodName,
  Request,
  RequestInit,
  Response,
  ResponseInit,
  ServiceHandler,
  ServiceHandlers,
} from './service-types.ts';
export { StatusError, type StatusErrorOptions } from './status-error.ts';
