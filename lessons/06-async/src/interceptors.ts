import { type Code, ConnectError, createContextKey, type Interceptor } from '@connectrpc/connect';

/** What there is to say about a call when it is over. */
export interface CallReport {
  /** The method's name, for example `ServerStreaming`. */
  method: string;
  /** How many messages the client sent, as far as the handler has read them. */
  received: number;
  /** How many messages the handler sent. */
  sent: number;
  /** How it ended; 0 is OK. */
  code: Code | 0;
}

/** Who calls. {@link authenticate} sets it, handlers read it. */
export const userKey = createContextKey('nobody');

/** For servers: calls `report` once for each call, when the call is over, whichever way. */
export function logCalls(report: (call: CallReport) => void): Interceptor {
  // TODO: Count the messages as they pass, hold none of them back, and report each call once.
  return (next) => async (request) => {
    const call = { method: request.method.name, received: 0, sent: 0 };
    const response = await next(request);
    return response;
  };
}

/** For servers: refuses calls without a token of `users`, and tells the handler of all others who calls. */
export function authenticate(users: ReadonlyMap<string, string>): Interceptor {
  return (next) => (request) => {
    // TODO: Look at the header `authorization`, refuse with UNAUTHENTICATED, or set `userKey` for the handler.
    return next(request);
  };
}

/** For clients: sends `token` with each call, as `authorization: Bearer {token}`. */
export function sendToken(token: string): Interceptor {
  return (next) => (request) => {
    // TODO: Set the header before the call leaves.
    return next(request);
  };
}
