import type { Evidence } from '@streamlings/grading';

/** What a handler meets that reads a bidirectional call with a plain `for await`. */
export const destroyedCallHint =
  'Your program is reasonable, and this version of Node breaks it. Leaving a `for await` over a duplex stream, also at its end, destroys both of its halves, and the status can no longer be sent. (Of the versions that were tried, only Node 24.21 leaves the other half alone.) The streams of grpc-js are those of Node: which way of reading do they have that leaves the stream as it is when the loop ends?';

/** Whether the call was torn down before its status was out. */
export function isDestroyedCall({ symptom }: Evidence): boolean {
  return symptom === 'call destroyed without trailers';
}
