import { Code, ConnectError, createContextKey, type Interceptor } from '@connectrpc/connect';

export interface CallReport {
  method: string;
  received: number;
  sent: number;
  code: Code | 0;
}

export const userKey = createContextKey('nobody');

/** Iterables that are written out: what they do on each pull is all that they do. */
export function logCalls(report: (call: CallReport) => void): Interceptor {
  return (next) => async (request) => {
    const log = new CallLog(request.method.name, report);
    request.signal.addEventListener('abort', () => log.end(Code.Canceled), { once: true });
    try {
      if (!request.stream) {
        log.received = 1;
        const response = await next(request);
        log.sent = 1;
        log.end(0);
        return response;
      }
      const message = tap(request.message, () => log.received++);
      const response = await next({ ...request, message });
      if (!response.stream) return response;
      const replies = tap(
        response.message,
        () => log.sent++,
        () => log.end(0),
        (error) => log.fail(error),
      );
      return { ...response, message: replies };
    } catch (error) {
      log.fail(error);
      throw error;
    }
  };
}

class CallLog {
  received = 0;
  sent = 0;
  readonly #method: string;
  #report: ((call: CallReport) => void) | undefined;

  constructor(method: string, report: (call: CallReport) => void) {
    this.#method = method;
    this.#report = report;
  }

  end(code: Code | 0): void {
    this.#report?.({ method: this.#method, received: this.received, sent: this.sent, code });
    this.#report = undefined;
  }

  fail(error: unknown): void {
    this.end(ConnectError.from(error, Code.Internal).code);
  }
}

function tap<T>(
  messages: AsyncIterable<T>,
  onMessage: () => void,
  onEnd = () => {},
  onError: (error: unknown) => void = () => {},
): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = messages[Symbol.asyncIterator]();
      return {
        next: async () => {
          try {
            const result = await iterator.next();
            if (result.done) onEnd();
            else onMessage();
            return result;
          } catch (error) {
            onError(error);
            throw error;
          }
        },
        return: async (value) => (await iterator.return?.(value)) ?? { done: true, value },
      };
    },
  };
}

/** Reads the scheme and the token apart. */
export function authenticate(users: ReadonlyMap<string, string>): Interceptor {
  return (next) => async (request) => {
    const [scheme, token = ''] = (request.header.get('authorization') ?? '').split(' ');
    if (scheme !== 'Bearer' || !users.has(token)) {
      throw new ConnectError('who are you?', Code.Unauthenticated);
    }
    request.contextValues.set(userKey, users.get(token) ?? '');
    return await next(request);
  };
}

export function sendToken(token: string): Interceptor {
  return (next) => async (request) => {
    request.header.append('Authorization', `Bearer ${token}`);
    return await next(request);
  };
}
