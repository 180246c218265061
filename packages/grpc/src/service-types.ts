import type { DescService, MessageInitShape, MessageShape } from '@bufbuild/protobuf';
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
} from '@grpc/grpc-js';

/** The `localName`s of a service's methods. */
export type MethodName<S extends DescService> = keyof S['method'] & string;

/** The kind of one method: `unary`, `server_streaming`, `client_streaming` or `bidi_streaming`. */
export type MethodKind<S extends DescService, M extends MethodName<S>> = S['method'][M]['methodKind'];

/** A request message as it is received. */
export type Request<S extends DescService, M extends MethodName<S>> = MessageShape<S['method'][M]['input']>;

/** A request as it may be sent: a message or its init shape. */
export type RequestInit<S extends DescService, M extends MethodName<S>> = MessageInitShape<
  S['method'][M]['input']
>;

/** A response message as it is received. */
export type Response<S extends DescService, M extends MethodName<S>> = MessageShape<S['method'][M]['output']>;

/** A response as it may be sent: a message or its init shape. */
export type ResponseInit<S extends DescService, M extends MethodName<S>> = MessageInitShape<
  S['method'][M]['output']
>;

/** A plain grpc-js handler for one method, for example `ServiceHandler<typeof ChatService, 'join'>`. */
export type ServiceHandler<S extends DescService, M extends MethodName<S>> = {
  unary: handleUnaryCall<Request<S, M>, ResponseInit<S, M>>;
  server_streaming: handleServerStreamingCall<Request<S, M>, ResponseInit<S, M>>;
  client_streaming: handleClientStreamingCall<Request<S, M>, ResponseInit<S, M>>;
  bidi_streaming: handleBidiStreamingCall<Request<S, M>, ResponseInit<S, M>>;
}[MethodKind<S, M>];

/** Plain grpc-js handlers for all methods of a service: the second argument of `server.addService()`. */
export type ServiceHandlers<S extends DescService> = { [M in MethodName<S>]: ServiceHandler<S, M> };
