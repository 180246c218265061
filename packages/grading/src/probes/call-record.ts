import type { EventEmitter } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import type { DescMethod } from '@bufbuild/protobuf';
import type {
  ServerDuplexStream,
  ServerReadableStream,
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
} from '@grpc/grpc-js';
import type { EventLog } from '../world/event-log.ts';

/** Any call object that grpc-js hands to a handler. */
export type AnyCall =
  | ServerUnaryCall<unknown, unknown>
  | ServerWritableStream<unknown, unknown>
  | ServerReadableStream<unknown, unknown>
  | ServerDuplexStream<unknown, unknown>;

/** One use of a unary or client streaming handler's callback. */
export interface Answer {
  error: unknown;
  message: unknown;
}

/** What the harness saw of one call on the server's side. */
export interface CallRecord {
  /** The method's local name, for example `unaryCall`. */
  readonly method: string;
  /** The method's kind. */
  readonly kind: DescMethod['methodKind'];
  /** The call that the handler got. */
  readonly call: AnyCall;
  /** The client's address and port. */
  readonly peer: string;
  /** The deadline in milliseconds since the Unix epoch; Infinity if there is none. */
  readonly deadlineMs: number;
  /** When the handler was called, in milliseconds since the Unix epoch. */
  readonly startedMs: number;
  /** Whether the handler returned, and whether what it returned was a promise. */
  returned: 'not yet' | 'a value' | 'a promise';
  /** What the handler threw, as the only element. */
  readonly thrown: unknown[];
  /** What the handler's promise was rejected with, as the only element. */
  readonly rejected: unknown[];
  /** Each use of the callback. */
  readonly answers: Answer[];
  /** Request messages read so far. */
  messagesRead: number;
  /** Whether the client half-closed, as far as the handler has read. */
  halfClosed: boolean;
  /** Messages written. */
  writes: number;
  /** Messages written after `write()` had returned false and before `drain`. */
  writesWhileFull: number;
  /** The most messages that waited in the call's queue. */
  maxQueued: number;
  /** How often `end()` was called. */
  ends: number;
  /** What was emitted as `error`: each is a status sent, or an attempt to send one. */
  readonly errors: unknown[];
  /** Whether the call object was destroyed before its stream came to its end, though the client was still there. */
  destroyed: boolean;
  /** Whether the call was over before the handler ended it: cancelled by the client, past its deadline, disconnected. */
  cancelled: boolean;
  /** Resolves when `cancelled` becomes true. */
  readonly whenCancelled: Promise<void>;
}

type Handler = (call: AnyCall, callback: sendUnaryData<unknown>) => unknown;

/** Wraps a handler so that what it does is recorded; the handler's behaviour does not change. */
export function recordCalls(
  { localName: method, methodKind }: DescMethod,
  handler: Handler,
  log: EventLog,
  add: (record: CallRecord) => void,
): Handler {
  return (call, callback) => {
    const record = createRecord(method, methodKind, call);
    add(record);
    log.add('call', `${method} arrived`);
    watchCall(record, log);
    const recordedCallback: sendUnaryData<unknown> = (error, message, ...rest) => {
      record.answers.push({ error, message });
      const answer = error ? `an error (${describeStatus(error)})` : 'a message';
      log.add('call', `${method} answered with ${answer} through the callback`);
      callback(error, message, ...rest);
    };
    try {
      const result = handler(call, recordedCallback);
      record.returned = isPromise(result) ? 'a promise' : 'a value';
      if (!isPromise(result)) return result;
      // Passing the rejection on keeps it unhandled, as it is in production.
      return result.then(undefined, (reason: unknown) => {
        record.rejected.push(reason);
        log.add('call', `${method}'s promise was rejected: ${String(reason)}`);
        throw reason;
      });
    } catch (error) {
      record.thrown.push(error);
      log.add('call', `${method} threw: ${String(error)}`);
      throw error;
    }
  };
}

function createRecord(method: string, kind: CallRecord['kind'], call: AnyCall): CallRecord {
  const deadline = call.getDeadline();
  const cancelled = Promise.withResolvers<void>();
  const record: CallRecord = {
    method,
    kind,
    call,
    peer: call.getPeer(),
    deadlineMs: deadline instanceof Date ? deadline.getTime() : deadline,
    startedMs: Date.now(),
    returned: 'not yet',
    thrown: [],
    rejected: [],
    answers: [],
    messagesRead: 0,
    halfClosed: false,
    writes: 0,
    writesWhileFull: 0,
    maxQueued: 0,
    ends: 0,
    errors: [],
    destroyed: false,
    cancelled: false,
    whenCancelled: cancelled.promise,
  };
  (call as EventEmitter).on('cancelled', () => {
    // The event fires after every call; only before an end, an answer or an error did the client leave.
    if (record.ends > 0 || record.answers.length > 0 || record.errors.length > 0) return;
    record.cancelled = true;
    cancelled.resolve();
  });
  return record;
}

function watchCall(record: CallRecord, log: EventLog): void {
  const { call, method } = record;
  const emitter: EventEmitter = call;
  emitter.on('cancelled', () =>
    log.add('call', `${method} ${record.cancelled ? 'was cancelled' : 'is over'}`),
  );
  const { emit } = emitter;
  emitter.emit = function (this: EventEmitter, event, ...args) {
    if (event === 'error' && !isOfNoEffect(record, args[0])) {
      record.errors.push(args[0]);
      log.add('call', `${method} emitted an error: ${describeStatus(args[0])}`);
    }
    if (event === 'data') record.messagesRead++;
    if (event === 'end') {
      record.halfClosed = true;
      log.add('call', `${method} read the client's half-close`);
    }
    return Reflect.apply(emit, this, [event, ...args]);
  };
  // grpc-js makes a duplex of this stream, too. It answers through the callback, also when the stream is destroyed.
  if (record.kind === 'client_streaming') return;
  if ('destroy' in call) watchDestroy(record, call as unknown as Readable | Writable, log);
  if ('write' in call) watchWrites(record, call, log);
}

/** Leaving the loop over a request stream destroys the stream; the client sees nothing of it. */
function isOfNoEffect({ kind }: CallRecord, error: unknown): boolean {
  return kind === 'client_streaming' && (error as { code?: unknown } | undefined)?.code === 'ABORT_ERR';
}

function watchDestroy(record: CallRecord, stream: Readable | Writable, log: EventLog): void {
  const { destroy } = stream;
  stream.destroy = function (this: typeof stream, error) {
    // A stream that has come to its end destroys itself, and grpc-js a call that its client has left.
    const isOver = 'writableFinished' in stream ? stream.writableFinished : stream.readableEnded;
    if (!isOver && !record.cancelled && !record.destroyed) {
      log.add('call', `${record.method}: the call object was destroyed before its end`);
      record.destroyed = true;
    }
    return Reflect.apply(destroy, this, [error]);
  } as typeof stream.destroy;
}

function watchWrites(
  record: CallRecord,
  call: ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
  log: EventLog,
): void {
  const { write, end } = call;
  call.write = function (this: typeof call, ...args: unknown[]): boolean {
    record.writes++;
    if (call.writableNeedDrain) record.writesWhileFull++;
    if (record.writes <= 20) log.add('call', `${record.method} wrote message ${record.writes}`);
    const more = Reflect.apply(write, this, args) as boolean;
    record.maxQueued = Math.max(record.maxQueued, call.writableLength);
    return more;
  } as typeof call.write;
  call.end = function (this: typeof call, ...args: unknown[]) {
    record.ends++;
    log.add('call', `${record.method} ended the stream after ${record.writes} messages`);
    return Reflect.apply(end, this, args);
  } as typeof call.end;
}

function describeStatus(error: unknown): string {
  if (typeof error !== 'object' || error === null) return String(error);
  const { code, details, message, cause } = error as Record<string, unknown>;
  const text = `code ${String(code)}, ${String(details ?? message)}`;
  // Kept from clients, and what a handler's author has to know.
  return cause === undefined ? text : `${text}, because of ${String(cause)}`;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
