import type { DescMessage, DescService, MessageShape } from '@bufbuild/protobuf';
import type { Metadata } from '@grpc/grpc-js';
import { nameOf } from '@streamlings/grading';
import {
  type AsyncHandlers,
  createAsyncHandlers,
  type ServiceHandlers,
  StatusError,
} from '@streamlings/grpc';

/** Makes grpc-js handlers of some of a service's async handlers. */
export function adapt<S extends DescService>(
  service: S,
  handlers: Partial<AsyncHandlers<S>>,
): Partial<ServiceHandlers<S>> {
  return createAsyncHandlers(service, handlers as AsyncHandlers<S>);
}

/** The rich details of one type in the trailers of a call. */
export function findDetails<Desc extends DescMessage>(
  { code, details, trailers }: { code: number; details: string; trailers: Metadata },
  schema: Desc,
): MessageShape<Desc>[] {
  return new StatusError(code, details, { metadata: trailers }).findDetails(schema);
}

/** Everything that a status tells a stranger, as text. */
export function textOf({ details, trailers }: { details: string; trailers: Metadata }): string {
  const values = Object.entries(trailers.toJSON()).map(([key, value]) => {
    const texts = (value as Array<string | Uint8Array>).map((each) => Buffer.from(each).toString('latin1'));
    return `${key}: ${texts.join()}`;
  });
  return [details, ...values].join('\n');
}

/** Catches what a promise rejects with; undefined if it resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error ?? 'nothing',
  );
}

/** What a caller hears: the name of a status, or what was thrown in place of one. */
export function hear(error: unknown): string {
  const code = codeOf(error);
  return Number.isNaN(code) ? String(error) : nameOf(code);
}

/** The code of a status, and OK where there is none. */
export function codeOf(error: unknown): number {
  return error === undefined ? 0 : Number((error as { code?: unknown }).code ?? Number.NaN);
}
