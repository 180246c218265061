import type { EventEmitter } from 'node:events';
import {
  Metadata,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  status,
} from '@grpc/grpc-js';
import { StatusError, toKnownStatus } from './status-error.ts';

/** The call object of a plain grpc-js handler, of any kind. */
export type ServerCall<I, O> =
  | ServerUnaryCall<I, O>
  | ServerReadableStream<I, O>
  | ServerWritableStream<I, O>
  | ServerDuplexStream<I, O>;

/** What the client's timer and the server's may differ by when one deadline passes on both. */
const deadlineToleranceMs = 5;

/** What an async handler knows about its call, and the metadata it answers with. */
export interface CallContext {
  /**
   * Aborts when the call is over before the handler is: its reason is a {@link StatusError} with CANCELLED (the client
   * cancelled or is gone), DEADLINE_EXCEEDED or UNAVAILABLE (shutdown). A call that succeeds never aborts it.
   */
  readonly signal: AbortSignal;
  /** The moment by which the client wants its answer, undefined without one. Hand it on to the calls you make. */
  readonly deadline: Date | undefined;
  /** The milliseconds left until the deadline, at least 0; Infinity without a deadline. */
  readonly remainingMs: number;
  /** What the client sent before its first message. */
  readonly requestMetadata: Metadata;
  /** Sent before the first response message, or by `sendHeaders()`; changes after that are lost. */
  readonly responseHeaders: Metadata;
  /** Sent after the last response message, with the status. */
  readonly responseTrailers: Metadata;
  /** The client's address and port. */
  readonly peer: string;
  /** The full method name, `/package.Service/Method`. */
  readonly path: string;
  /** Sends the response headers now, before there is a message. A second call does nothing. */
  sendHeaders(): void;
}

/** Makes a grpc-js call a {@link CallContext} and keeps track of how it ends. */
export class ServerCallContext implements CallContext {
  readonly #call: ServerCall<unknown, unknown>;
  readonly #shutdown: AbortSignal | undefined;
  readonly #listeners: ((abortReason?: StatusError) => void)[] = [];
  #controller: AbortController | undefined;
  #abortReason: StatusError | undefined;
  #responseHeaders: Metadata | undefined;
  #responseTrailers: Metadata | undefined;
  #headersSent = false;
  #answered = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    call: ServerCall<unknown, unknown>,
    { shutdownSignal: shutdown, timeoutMs }: { shutdownSignal?: AbortSignal; timeoutMs?: number } = {},
  ) {
    this.#call = call;
    this.#shutdown = shutdown;
    if (timeoutMs !== undefined) this.#timer = setTimeout(this.#onTimeout, timeoutMs);
    (call as EventEmitter).on('cancelled', this.#onCancelled);
    if (shutdown?.aborted) this.#onShutdown();
    else shutdown?.addEventListener('abort', this.#onShutdown);
  }

  /** Made on demand: most unary handlers never look. */
  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#abortReason) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get deadline(): Date | undefined {
    const deadline = this.#call.getDeadline();
    return deadline === Number.POSITIVE_INFINITY ? undefined : new Date(deadline);
  }

  get remainingMs(): number {
    return Math.max(0, Number(this.#call.getDeadline()) - Date.now());
  }

  get requestMetadata(): Metadata {
    return this.#call.metadata;
  }

  get responseHeaders(): Metadata {
    this.#responseHeaders ??= new Metadata();
    return this.#responseHeaders;
  }

  get responseTrailers(): Metadata {
    this.#responseTrailers ??= new Metadata();
    return this.#responseTrailers;
  }

  get peer(): string {
    return this.#call.getPeer();
  }

  get path(): string {
    return this.#call.getPath();
  }

  /** Why the call was over before it was answered. */
  get abortReason(): StatusError | undefined {
    return this.#abortReason;
  }

  /** Whether it is too late for response headers. */
  get headersSent(): boolean {
    return this.#headersSent;
  }

  /** Calls a listener when the call is over, with the reason if that is too early; now if it is already. */
  onOver(listener: (abortReason?: StatusError) => void): void {
    if (this.#abortReason) listener(this.#abortReason);
    else this.#listeners.push(listener);
  }

  sendHeaders(): void {
    if (this.#headersSent) return;
    this.#headersSent = true;
    this.#call.sendMetadata(this.responseHeaders);
  }

  /** Marks the call as answered, so that what comes after is not taken for an abort. Returns the trailers. */
  complete(): Metadata | undefined {
    this.#answered = true;
    this.#release();
    if (this.#responseHeaders) this.sendHeaders();
    return this.#responseTrailers;
  }

  /** Marks the call as answered with an error. Returns the status to send, with the trailers. */
  fail(error: unknown): StatusError {
    const failure = this.#statusFor(error);
    const trailers = this.complete();
    if (!trailers) return failure;
    const metadata = trailers.clone();
    metadata.merge(failure.metadata);
    return new StatusError(failure.code, failure.details, { metadata, cause: failure });
  }

  /** An abort that the handler passed on, as an error of its own making or of another call, keeps its first reason. */
  #statusFor(error: unknown): StatusError {
    if (this.#abortReason && toKnownStatus(error)?.code === status.CANCELLED) return this.#abortReason;
    return StatusError.from(error);
  }

  /** grpc-js emits this after every call, also after one that went well. */
  readonly #onCancelled = () => {
    const isLate = Number(this.#call.getDeadline()) - Date.now() < deadlineToleranceMs;
    if (isLate) this.#abort(status.DEADLINE_EXCEEDED, 'deadline exceeded');
    else this.#abort(status.CANCELLED, 'cancelled by the client');
  };

  readonly #onTimeout = () => this.#abort(status.DEADLINE_EXCEEDED, 'the server allows no more time');

  readonly #onShutdown = () => this.#abort(status.UNAVAILABLE, 'server is shutting down');

  #abort(code: status, details: string): void {
    if (this.#answered || this.#abortReason) return;
    this.#abortReason = new StatusError(code, details);
    this.#controller?.abort(this.#abortReason);
    this.#release();
  }

  #release(): void {
    clearTimeout(this.#timer);
    this.#shutdown?.removeEventListener('abort', this.#onShutdown);
    for (const listener of this.#listeners.splice(0)) listener(this.#abortReason);
  }
}
