import { create } from '@bufbuild/protobuf';
import { anyPack } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { BadRequestSchema } from '../../gen/google/rpc/error_details_pb.ts';
import { decodeRequest, encodeResponse, type GrpcHandler, StatusError } from '../../src/index.ts';
import { type Item, ItemSchema, ValidateItemsResponseSchema } from '../gen/validation/v1/validation_pb.ts';

/** Creates the handler of `validation.v1.ValidationService`; the first item that is wrong ends the call. */
export function createValidationHandler(): GrpcHandler {
  return {
    async handleClientStream(requests) {
      let validItems = 0;
      let totalValue = 0;
      for await (const request of requests) {
        const item = decodeRequest(ItemSchema, request);
        const problem = findProblem(item);
        if (problem) throw invalid(validItems + 1, problem);
        validItems++;
        totalValue += item.value ?? 0;
      }
      return encodeResponse(ValidateItemsResponseSchema, { status: 'valid', validItems, totalValue });
    },
  };
}

interface Problem {
  field: string;
  description: string;
}

function findProblem({ id, value }: Item): Problem | undefined {
  if (id === '') return { field: 'id', description: 'is missing' };
  if (value === undefined) return { field: 'value', description: 'is missing' };
  if (!Number.isFinite(value))
    return { field: 'value', description: `must be a finite number, got ${value}` };
  if (value < 0) return { field: 'value', description: `must not be negative, got ${value}` };
  return undefined;
}

/** `number` counts from 1. */
function invalid(number: number, { field, description }: Problem): StatusError {
  const fieldViolations = [{ field: `items[${number - 1}].${field}`, description }];
  return new StatusError(status.INVALID_ARGUMENT, `Item ${number}: ${field} ${description}`, {
    statusDetails: [anyPack(BadRequestSchema, create(BadRequestSchema, { fieldViolations }))],
  });
}
