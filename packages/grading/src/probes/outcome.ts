import { Metadata, type ServiceError, type StatusObject, status } from '@grpc/grpc-js';

/** How a call ended, as its client saw it. */
export interface Outcome<O> {
  /** The status code, for example `status.OK`. */
  code: status;
  /** The status message. */
  details: string;
  /** The trailers. */
  trailers: Metadata;
  /** The response of a unary or client streaming call that ended with OK. */
  message?: O;
}

/** Names a status code, for example `5 NOT_FOUND`. */
export function nameOf(code: number): string {
  return `${code} ${status[code] ?? 'unknown'}`;
}

export function outcomeOfError<O>(error: ServiceError): Outcome<O> {
  return { code: error.code, details: error.details, trailers: error.metadata ?? new Metadata() };
}

export function outcomeOfStatus<O>(ended: StatusObject, message?: O): Outcome<O> {
  return {
    code: ended.code,
    details: ended.details,
    trailers: ended.metadata,
    ...(message === undefined ? {} : { message }),
  };
}
