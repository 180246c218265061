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
