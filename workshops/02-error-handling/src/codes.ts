import type { status } from '@grpc/grpc-js';

/** Who makes a status: the code of a handler, or one of the two grpc-js that stand between it and your client. */
export type Maker = 'handler' | 'server library' | 'client library';

/** The code that your client will see, and who makes it. */
export type Prediction = readonly [code: keyof typeof status, madeBy: Maker];

/** What you expect of each situation, before it happens. */
export const predictions = {
  // TODO: Say for each line what the client sees. All seventeen codes occur, two of them twice and one three times.
  //   Here the office's handler decides:
  'a parcel is registered': ['UNKNOWN', 'handler'],
  'a parcel comes without a destination': ['UNKNOWN', 'handler'],
  'nobody knows the parcel': ['UNKNOWN', 'handler'],
  'the id is taken': ['UNKNOWN', 'handler'],
  'the address of a parcel is to be changed after it has left': ['UNKNOWN', 'handler'],
  'two clerks change one parcel at once': ['UNKNOWN', 'handler'],
  'event 90 is asked for, and there are 12': ['UNKNOWN', 'handler'],
  'the stored parcel is damaged beyond repair': ['UNKNOWN', 'handler'],
  // Here something is wrong with the call or the server, or with what stands between:
  'the server has no such method': ['UNKNOWN', 'handler'],
  'a plain grpc-js handler throws an Error': ['UNKNOWN', 'handler'],
  'the request has 5 MiB': ['UNKNOWN', 'handler'],
  'the request is cut off in the middle of a field': ['UNKNOWN', 'handler'],
  'a proxy answers with HTTP 401': ['UNKNOWN', 'handler'],
  'a proxy answers with HTTP 403': ['UNKNOWN', 'handler'],
  'a proxy answers with HTTP 503': ['UNKNOWN', 'handler'],
  // Here the client hears nothing, or nothing that it can use:
  'the client cancels': ['UNKNOWN', 'handler'],
  'the deadline passes': ['UNKNOWN', 'handler'],
  'nobody listens at the address': ['UNKNOWN', 'handler'],
  'the connection breaks before the answer': ['UNKNOWN', 'handler'],
  'the answer has 5 MiB': ['UNKNOWN', 'handler'],
  'the answer is cut off in the middle of a field': ['UNKNOWN', 'handler'],
} satisfies Record<string, Prediction>;
