import { type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import { Metadata, type ServiceError, status } from '@grpc/grpc-js';
import { StatusSchema } from '../gen/google/rpc/status_pb.ts';

const detailsKey = 'grpc-status-details-bin';
const transportKeys = ['content-type', 'date', 'grpc-encoding', 'grpc-accept-encoding'];

/** What a {@link StatusError} may carry besides its code and text. */
export interface StatusErrorOptions {
  /** The trailers to send with the status. They are copied. */
  metadata?: Metadata;
  /** Rich details, made with `anyPack` of `@bufbuild/protobuf/wkt`; usually messages of `google/rpc/error_details`. */
  statusDetails?: readonly Any[];
  /** What made this error necessary. It never leaves the process. */
  cause?: unknown;
}

/**
 * Is a gRPC status other than OK, thrown by handlers and by async clients.
 *
 * It is a grpc-js `ServiceError`, so plain handlers may hand it to their callback or emit it as `error`.
 *
 * @see https://github.com/googleapis/googleapis/blob/master/google/rpc/status.proto
 */
export class StatusError extends Error implements ServiceError {
  override readonly name = 'StatusError';
  /** The status code, never OK. */
  readonly code: status;
  /** The text for the peer: lone surrogates are replaced, since grpc-js cannot send them. */
  readonly details: string;
  /** The trailers, with the rich details under `grpc-status-details-bin`. */
  readonly metadata: Metadata;
  /** The rich details; read them with {@link StatusError.findDetails}. */
  readonly statusDetails: readonly Any[];

  constructor(code: status, details: string, options: StatusErrorOptions = {}) {
    super(`${code} ${status[code]}: ${details}`, 'cause' in options ? { cause: options.cause } : undefined);
    this.code = code;
    this.details = details.toWellFormed();
    this.metadata = options.metadata?.clone() ?? new Metadata();
    this.statusDetails = options.statusDetails ?? readStatusDetails(this.metadata);
    if (options.statusDetails) this.#writeStatusDetails();
  }

  /** Returns the rich details of one type, in order. */
  findDetails<Desc extends DescMessage>(schema: Desc): MessageShape<Desc>[] {
    return this.statusDetails.flatMap((detail) => anyUnpack(detail, schema) ?? []);
  }

  /**
   * Turns whatever was thrown into a status: a status error stays what it is, an `AbortError` becomes CANCELLED, a
   * `TimeoutError` DEADLINE_EXCEEDED, and everything else INTERNAL with a text that tells nothing, and the error as `cause`.
   */
  static from(error: unknown): StatusError {
    return toKnownStatus(error) ?? new StatusError(status.INTERNAL, 'internal error', { cause: error });
  }

  #writeStatusDetails(): void {
    const bytes = toBinary(StatusSchema, {
      $typeName: StatusSchema.typeName,
      code: this.code,
      message: this.details,
      details: [...this.statusDetails],
    });
    this.metadata.set(detailsKey, Buffer.from(bytes));
  }
}

/** Returns the status an error stands for, or undefined where it is an accident that no peer may read about. */
export function toKnownStatus(error: unknown): StatusError | undefined {
  if (error instanceof StatusError) return isFailure(error.code) ? error : undefined;
  if (!(error instanceof Error)) return undefined;
  if (isServiceError(error)) {
    const metadata = error.metadata?.clone() ?? new Metadata();
    // They described the other call's HTTP response; sent on, they would contradict this one's.
    for (const key of transportKeys) metadata.remove(key);
    return new StatusError(error.code, error.details, { metadata, cause: error });
  }
  if (error.name === 'AbortError') return new StatusError(status.CANCELLED, 'cancelled', { cause: error });
  if (error.name === 'TimeoutError') {
    return new StatusError(status.DEADLINE_EXCEEDED, 'deadline exceeded', { cause: error });
  }
  return undefined;
}

function isServiceError(error: Error): error is ServiceError {
  const { code, details } = error as Partial<ServiceError>;
  return typeof details === 'string' && typeof code === 'number' && isFailure(code);
}

/** An error that says OK is an accident, like one with a code that does not exist. */
function isFailure(code: number): boolean {
  return code !== status.OK && code in status;
}

function readStatusDetails(metadata: Metadata): Any[] {
  const [bytes] = metadata.get(detailsKey);
  if (!(bytes instanceof Buffer)) return [];
  try {
    return fromBinary(StatusSchema, bytes).details;
  } catch {
    // The status itself is intact: details that cannot be read must not hide it.
    return [];
  }
}
