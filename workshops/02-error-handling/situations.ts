/** A call whose end can be foretold. */
export type Situation = (typeof situations)[keyof typeof situations][number];

/** The situations of step 1, by what is the matter. */
export const situations = {
  decided: [
    'a parcel is registered',
    'a parcel comes without a destination',
    'nobody knows the parcel',
    'the id is taken',
    'the address of a parcel is to be changed after it has left',
    'two clerks change one parcel at once',
    'event 90 is asked for, and there are 12',
    'the stored parcel is damaged beyond repair',
  ],
  refused: [
    'the server has no such method',
    'a plain grpc-js handler throws an Error',
    'the request has 5 MiB',
    'the request is cut off in the middle of a field',
    'a proxy answers with HTTP 401',
    'a proxy answers with HTTP 403',
    'a proxy answers with HTTP 503',
  ],
  lost: [
    'the client cancels',
    'the deadline passes',
    'nobody listens at the address',
    'the connection breaks before the answer',
    'the answer has 5 MiB',
    'the answer is cut off in the middle of a field',
  ],
} as const;
