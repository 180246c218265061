import { status } from '@grpc/grpc-js';
import { decodeRequest, encodeResponse, type GrpcHandler, StatusError } from '../../src/index.ts';
import { GetSecureDataRequestSchema, SecureItemSchema } from '../gen/secure/v1/secure_pb.ts';

const permissions: Record<string, readonly string[]> = {
  admin: ['read', 'write', 'delete'],
  user: ['read', 'write'],
  guest: ['read'],
};

/** Creates the handler of `secure.v1.SecureService`. Its refusals do not tell what a role could do instead. */
export function createPermissionHandler(): GrpcHandler {
  return {
    async *handleServerStream(request) {
      const granted = authenticate(request.metadata.authorization);
      const { permission = 'read' } = decodeRequest(GetSecureDataRequestSchema, request);
      if (!granted.includes(permission)) throw new StatusError(status.PERMISSION_DENIED, 'Permission denied');
      for (let index = 0; index < 5; index++) {
        yield encodeResponse(SecureItemSchema, { index, data: `secure data ${index}` });
      }
    },
  };
}

/** Returns what the bearer of a token may do. The token is the name of a role: this is an example. */
function authenticate(authorization: string | Uint8Array | undefined): readonly string[] {
  const [, token = ''] = /^Bearer (\w+)$/.exec(String(authorization ?? '')) ?? [];
  if (Object.hasOwn(permissions, token)) return permissions[token] ?? [];
  throw new StatusError(status.UNAUTHENTICATED, 'No valid token');
}
