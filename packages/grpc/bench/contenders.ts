import { asyncApi } from './async-api.ts';
import { connectNode } from './connect-node.ts';
import { handWritten } from './hand-written.ts';
import type { Contender } from './workloads.ts';

/** The first is what is measured, the second what it is measured against. */
export const contenders: Contender[] = [
  asyncApi,
  handWritten('hand-written', { 'grpc.per_rpc_retry_buffer_size': 16 * 1024 }),
  connectNode,
  { ...handWritten('hand-written, default options', {}), onlyFor: 'client streaming' },
];
