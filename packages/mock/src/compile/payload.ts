import { isObject, type Json, tryJson } from '../dialect/json.ts';
import { isDynamic, singleExpression, type Template } from '../dialect/template.ts';
import { compileJson, compileTemplate, toText, type Value } from '../engine/evaluate.ts';
import type { MessageScope } from '../engine/scope.ts';
import type { MessageType } from './message-type.ts';

/** A payload with its templates expanded. */
export type Rendered =
  /** A message, as it is sent and as the journal shows it. */
  | { kind: 'message'; bytes: Buffer; json: Json }
  /** Text for which the type has no place. */
  | { kind: 'text'; text: string };

/** A payload made ready to be rendered for one message type. */
export interface Payload {
  /** Whether it is, or may be, text for which the type has no place. */
  readonly isTextOnly: boolean;
  /** @throws Error where computed values do not fit the type */
  render(scope: MessageScope): Rendered;
}

/**
 * Prepares a payload: JSON is parsed first and templates are expanded in its strings, so that no text of a client can
 * become structure. Only a payload that begins as an object but is no JSON, such as `{"n":{{…}}}`, is expanded first.
 *
 * @param parse reads the templates of a string that stands in the payload.
 * @throws Error where a payload without templates does not fit the type
 */
export function compilePayload(
  source: string | Json,
  type: MessageType,
  parse: (text: string) => Template,
): Payload {
  if (typeof source !== 'string') return compileObject(source, type, parse);
  const json = tryJson(source);
  if (isObject(json)) return compileObject(json, type, parse);
  const template = parse(source);
  const evaluate = compileTemplate(template);
  if (!isDynamic(template)) {
    const rendered = renderText(source, type);
    return { isTextOnly: rendered.kind === 'text', render: () => rendered };
  }
  const [start] = template;
  const isObjectLater = typeof start === 'string' && start.trimStart().startsWith('{');
  const isText = !isObjectLater && !singleExpression(template);
  return {
    isTextOnly: isText && !type.textField,
    render: (scope) => {
      const value = evaluate(scope);
      return renderValue(isObjectLater ? (tryJson(toText(value)) ?? value) : value, type);
    },
  };
}

function compileObject(json: Json, type: MessageType, parse: (text: string) => Template): Payload {
  const evaluate = compileJson(json, parse);
  if (evaluate) return { isTextOnly: false, render: (scope) => renderValue(evaluate(scope), type) };
  const rendered: Rendered = { kind: 'message', bytes: type.encode(json, false), json };
  return { isTextOnly: false, render: () => rendered };
}

function renderValue(value: Value, type: MessageType): Rendered {
  if (!isObject(value)) return renderText(toText(value), type);
  return { kind: 'message', bytes: type.encode(value, true), json: value };
}

function renderText(text: string, type: MessageType): Rendered {
  const json = type.fromText(text);
  return json ? { kind: 'message', bytes: type.encode(json, true), json } : { kind: 'text', text };
}
