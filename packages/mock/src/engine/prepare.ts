import type { Registry } from '@bufbuild/protobuf';
import type { Any } from '@bufbuild/protobuf/wkt';
import { encodeDetail } from '../compile/compile-entry.ts';
import type { Rendered } from '../compile/payload.ts';
import type { Action } from '../compile/scenario.ts';
import { isObject, type JsonObject } from '../dialect/json.ts';
import { describeMetadataFault } from '../dialect/metadata-text.ts';
import type { EndStatus, MetadataList } from './call-port.ts';
import { toText } from './evaluate.ts';
import type { MessageScope } from './scope.ts';

/** An action with everything in it computed from the state before it; what is left is to do it. */
export interface Prepared {
  action: Action;
  rendered: Rendered | undefined;
  status: EndStatus | undefined;
  metadata: MetadataList;
  trailers: MetadataList;
}

/** The stream's state after an action, with the label that is set in it. */
export interface StateChange {
  state: JsonObject;
  label: string | undefined;
}

const nothing: MetadataList = [];

/** @throws Error where computed values do not fit their types */
export function prepare(action: Action, scope: MessageScope, registry: Registry): Prepared {
  const evaluateAll = (list: Action['metadata']): MetadataList =>
    list.length === 0
      ? nothing
      : list.map(([key, evaluate]) => [key, checkText(key, toText(evaluate(scope)))]);
  return {
    action,
    rendered: action.payload?.render(scope),
    status: action.error && prepareStatus(action.error, scope, registry),
    metadata: evaluateAll(action.metadata),
    trailers: evaluateAll(action.trailers),
  };
}

/** Computes the state after an action; the same object where it changes nothing. */
export function changeState(action: Action, scope: MessageScope, label: string | undefined): StateChange {
  const { state } = scope.stream;
  if (action.assignments.length === 0 && !action.label) return { state, label };
  const next: JsonObject = { ...state };
  for (const [name, evaluate] of action.assignments) {
    const value = evaluate(scope);
    if (value === undefined) delete next[name];
    else next[name] = value;
  }
  if (!action.label) return { state: next, label };
  const text = toText(action.label(scope));
  if (label !== undefined) delete next[label];
  if (text === '') return { state: next, label: undefined };
  next[text] = true;
  return { state: next, label: text };
}

function checkText(key: string, text: string): string {
  const expected = describeMetadataFault(key, text);
  if (expected) throw new Error(`the metadata \`${key}\` must be ${expected}`);
  return text;
}

function prepareStatus(
  { code, message, details }: NonNullable<Action['error']>,
  scope: MessageScope,
  registry: Registry,
): EndStatus {
  const values = details?.(scope);
  const statusDetails: Any[] = Array.isArray(values)
    ? values.filter(isObject).map((value) => encodeDetail(value, registry))
    : [];
  return {
    code,
    details: toText(message(scope)),
    ...(statusDetails.length > 0 && { statusDetails }),
  };
}
