export type { Outcome } from './run-cases.ts';
export { formatTable } from './table.ts';
export { type Verification, type VerifyOptions, verify } from './verify.ts';
