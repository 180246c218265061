// misconception: L4-08
// fails: reports a unary call once, with its outcome
import { Code, ConnectError, createContextKey, type Interceptor } from '@connectrpc/connect';

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
  return (next) => async (request) => {
    const call = { method: request.method.name, received: request.stream ? 0 : 1, sent: 0 };
    const finish = (code: Code | 0) => {
      report({ ...call, code });
    };
    const fail = (error: unknown): never => {
      finish(ConnectError.from(error, Code.Internal).code);
      throw error;
    };
    request.signal.addEventListener('abort', () => finish(Code.Canceled));
    async function* received<T>(messages: AsyncIterable<T>) {
      for await (const message of messages) {
        call.received++;
        yield message;
      }
    }
    async function* sent<T>(messages: AsyncIterable<T>) {
      try {
        for await (const message of messages) {
          call.sent++;
          yield message;
        }
        finish(0);
      } catch (error) {
        fail(error);
      }
    }
    const counted = request.stream ? { ...request, message: received(request.message) } : request;
    const response = await next(counted).catch(fail);
    if (response.stream) return { ...response, message: sent(response.message) };
    call.sent++;
    finish(0);
    return response;
  };
}

/** For servers: refuses calls without a token of `users`, and tells the handler of all others who calls. */
export function authenticate(users: ReadonlyMap<string, string>): Interceptor {
  return (next) => (request) => {
    const token = request.header.get('authorization')?.replace(/^Bearer /, '');
    const user = users.get(token ?? '');
    if (user === undefined) throw new ConnectError('no valid token', Code.Unauthenticated);
    request.contextValues.set(userKey, user);
    return next(request);
  };
}

/** For clients: sends `token` with each call, as `authorization: Bearer {token}`. */
export function sendToken(token: string): Interceptor {
  return (next) => (request) => {
    request.header.set('authorization', `Bearer ${token}`);
    return next(request);
  };
}
