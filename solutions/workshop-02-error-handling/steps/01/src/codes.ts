import type { status } from '@grpc/grpc-js';

/** Who makes a status: the code of a handler, or one of the two grpc-js that stand between it and your client. */
export type Maker = 'handler' | 'server library' | 'client library';

/** The code that your client will see, and who makes it. */
export type Prediction = readonly [code: keyof typeof status, madeBy: Maker];

/** What you expect of each situation, before it happens. */
export const predictions = {
  // Seven codes come from handlers alone, besides OK: no library knows what is wrong with a parcel.
  //   Here the office's handler decides:
  'a parcel is registered': ['OK', 'handler'],
  'a parcel comes without a destination': ['INVALID_ARGUMENT', 'handler'],
  'nobody knows the parcel': ['NOT_FOUND', 'handler'],
  'the id is taken': ['ALREADY_EXISTS', 'handler'],
  'the address of a parcel is to be changed after it has left': ['FAILED_PRECONDITION', 'handler'],
  'two clerks change one parcel at once': ['ABORTED', 'handler'],
  'event 90 is asked for, and there are 12': ['OUT_OF_RANGE', 'handler'],
  'the stored parcel is damaged beyond repair': ['DATA_LOSS', 'handler'],
  // Here something is wrong with the call or the server, or with what stands between:
  'the server has no such method': ['UNIMPLEMENTED', 'server library'],
  'a plain grpc-js handler throws an Error': ['UNKNOWN', 'server library'],
  'the request has 5 MiB': ['RESOURCE_EXHAUSTED', 'server library'],
  'the request is cut off in the middle of a field': ['INTERNAL', 'server library'],
  // A proxy that speaks no gRPC sends no status, so the client's own library makes one of the HTTP code.
  'a proxy answers with HTTP 401': ['UNAUTHENTICATED', 'client library'],
  'a proxy answers with HTTP 403': ['PERMISSION_DENIED', 'client library'],
  'a proxy answers with HTTP 503': ['UNAVAILABLE', 'client library'],
  // Here the client hears nothing, or nothing that it can use:
  'the client cancels': ['CANCELLED', 'client library'],
  'the deadline passes': ['DEADLINE_EXCEEDED', 'client library'],
  'nobody listens at the address': ['UNAVAILABLE', 'client library'],
  'the connection breaks before the answer': ['UNAVAILABLE', 'client library'],
  'the answer has 5 MiB': ['RESOURCE_EXHAUSTED', 'client library'],
  // Here the server has sent OK: both sides decide for themselves how a call went.
  'the answer is cut off in the middle of a field': ['INTERNAL', 'client library'],
} satisfies Record<string, Prediction>;
