import type { Server } from '@grpc/grpc-js';
import { MessageSchema, StreamingService } from '@streamlings/proto/streamlings/streaming/v1/streaming';
import {
  addGrpcHandlers,
  decodeRequest,
  encodeResponse,
  type GrpcHandler,
  GrpcHandlerRegistry,
  type GrpcHandlersOptions,
  type GrpcRequest,
  type GrpcResponse,
} from '../src/index.ts';
import { type RunningServer, startServer } from './streaming-server.ts';

/** The content of a request. */
export const read = (request: GrpcRequest): string => decodeRequest(MessageSchema, request).content;

/** A response with a content. */
export const reply = (content: string, rest: Omit<GrpcResponse, 'payload'> = {}): GrpcResponse =>
  encodeResponse(MessageSchema, { content }, rest);

/** Answers unary calls with what they bring, as a barrier. */
export const echo: GrpcHandler = { handleRequest: ({ payload }) => ({ payload }) };

/** Serves the streaming service with one raw handler. */
export function serveRaw(
  handler: GrpcHandler,
  options?: GrpcHandlersOptions,
  configure?: (server: Server) => void,
): Promise<RunningServer> {
  return startServer((server) => {
    addGrpcHandlers(server, new GrpcHandlerRegistry().registerService(StreamingService, handler), options);
    configure?.(server);
  });
}
