import { decodeRequest, encodeResponse, type GrpcHandler } from '../../src/index.ts';
import { type EditOperation, EditOperationSchema, EditResultSchema } from '../gen/editor/v1/editor_pb.ts';

/**
 * Creates the handler of `editor.v1.EditorService`: one document, on which operations take effect one after the other
 * as they arrive. Positions count UTF-16 units and are not transformed: they mean the document as it is by then.
 */
export function createEditorHandler(): GrpcHandler {
  let content = '';
  let version = 0;

  return {
    async *handleBidiStream(requests) {
      for await (const request of requests) {
        const operation = decodeRequest(EditOperationSchema, request);
        const edited = apply(operation, content);
        if (edited !== undefined) {
          content = edited;
          version++;
        }
        yield encodeResponse(EditResultSchema, {
          operationId: operation.operationId,
          status: edited === undefined ? 'rejected' : 'applied',
          documentVersion: version,
          currentContent: content,
        });
      }
    },
  };
}

/** Returns the document after an operation, undefined where that makes no sense. */
function apply({ edit }: EditOperation, content: string): string | undefined {
  if (edit.case === undefined) return undefined;
  const { position } = edit.value;
  const length = edit.case === 'insert' ? 0 : edit.value.length;
  const text = edit.case === 'delete' ? '' : edit.value.text;
  if (position < 0 || length < 0 || position + length > content.length) return undefined;
  return content.slice(0, position) + text + content.slice(position + length);
}
