import type { FaultSource } from '../dialect/entry.ts';
import type { CallPort } from './call-port.ts';

/** Breaks what a scenario wants broken. Returns whether that is the end of the call. */
export function breakCall(port: CallPort, { goaway, reset, noTrailers, socketReset }: FaultSource): boolean {
  if (goaway) port.fault({ kind: 'goaway', code: goaway });
  if (reset) port.fault({ kind: 'reset', code: reset });
  if (noTrailers) port.fault({ kind: 'no-trailers' });
  if (socketReset) port.fault({ kind: 'socket-reset' });
  return Boolean(reset || noTrailers || socketReset);
}
