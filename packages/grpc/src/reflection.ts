import type { DescService, MessageInitShape } from '@bufbuild/protobuf';
import { type Server, status } from '@grpc/grpc-js';
import {
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponseSchema,
} from '../gen/grpc/reflection/v1/reflection_pb.ts';
import { ServerReflection as ServerReflectionV1Alpha } from '../gen/grpc/reflection/v1alpha/reflection_pb.ts';
import { type AsyncHandlers, createAsyncHandlers } from './async-handlers.ts';
import { DescriptorIndex } from './descriptor-index.ts';
import { createServiceDefinition } from './service-definition.ts';

export { ServerReflection, ServerReflectionV1Alpha };

type Answer = MessageInitShape<typeof ServerReflectionResponseSchema>['messageResponse'];

/**
 * Adds the reflection service, v1 and v1alpha, to a server. It describes the given services and itself.
 *
 * @see https://github.com/grpc/grpc/blob/master/doc/server-reflection.md
 */
export function addReflection(server: Server, services: readonly DescService[]): void {
  const index = new DescriptorIndex([...services, ServerReflection, ServerReflectionV1Alpha]);
  const handlers: AsyncHandlers<typeof ServerReflection> = {
    async *serverReflectionInfo(requests) {
      for await (const request of requests) {
        yield { validHost: request.host, originalRequest: request, messageResponse: answer(request, index) };
      }
    },
  };
  // The two versions differ in nothing but their package.
  const alphaHandlers = handlers as unknown as AsyncHandlers<typeof ServerReflectionV1Alpha>;
  server.addService(
    createServiceDefinition(ServerReflection),
    createAsyncHandlers(ServerReflection, handlers),
  );
  server.addService(
    createServiceDefinition(ServerReflectionV1Alpha),
    createAsyncHandlers(ServerReflectionV1Alpha, alphaHandlers),
  );
}

function answer(
  { messageRequest: { case: kind, value } }: ServerReflectionRequest,
  index: DescriptorIndex,
): Answer {
  switch (kind) {
    case 'listServices':
      return { case: 'listServicesResponse', value: { service: index.services.map((name) => ({ name })) } };
    case 'fileByFilename':
      return answerWithFiles(index.findByFilename(value), value);
    case 'fileContainingSymbol':
      return answerWithFiles(index.findBySymbol(value), value);
    case 'fileContainingExtension': {
      const { containingType, extensionNumber } = value;
      const files = index.findByExtension(containingType, extensionNumber);
      return answerWithFiles(files, `extension ${extensionNumber} of ${containingType}`);
    }
    case 'allExtensionNumbersOfType': {
      const extensionNumber = index.extensionNumbersOf(value);
      if (!extensionNumber) return answerWithError(status.NOT_FOUND, `not found: ${value}`);
      return { case: 'allExtensionNumbersResponse', value: { baseTypeName: value, extensionNumber } };
    }
    default:
      return answerWithError(status.INVALID_ARGUMENT, 'no question was asked');
  }
}

function answerWithFiles(fileDescriptorProto: Uint8Array[] | undefined, asked: string): Answer {
  if (!fileDescriptorProto) return answerWithError(status.NOT_FOUND, `not found: ${asked}`);
  return { case: 'fileDescriptorResponse', value: { fileDescriptorProto } };
}

function answerWithError(errorCode: status, errorMessage: string): Answer {
  return { case: 'errorResponse', value: { errorCode, errorMessage } };
}
