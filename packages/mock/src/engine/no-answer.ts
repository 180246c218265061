import { anyPack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { ErrorInfoSchema } from '@streamlings/grpc/google/rpc/error_details';
import type { EndStatus } from './call-port.ts';

/** The status of a call that a scenario has nothing for, with the reason in words and as `google.rpc.ErrorInfo`. */
export function createNoAnswer(file: string, nearest: string): EndStatus {
  const info = { reason: 'NO_RULE_MATCHED', domain: 'streamlings.mock', metadata: { nearest } };
  return {
    code: status.NOT_FOUND,
    details: `no answer in ${file}: ${nearest}`,
    statusDetails: [anyPack(ErrorInfoSchema, { $typeName: ErrorInfoSchema.typeName, ...info })],
  };
}
