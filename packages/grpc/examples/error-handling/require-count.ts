import { status } from '@grpc/grpc-js';
import { StatusError } from '../../src/index.ts';

/** Throws INVALID_ARGUMENT for a count that is negative or too large. */
export function requireCount(count: number, max: number): void {
  if (count >= 0 && count <= max) return;
  throw new StatusError(status.INVALID_ARGUMENT, `invalid count: expected 0 to ${max}, got ${count}`);
}
