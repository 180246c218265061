import { status } from '@grpc/grpc-js';
import { ExpressionError } from './expression.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { describeMetadataFault } from './metadata-text.ts';
import type { JsonPath, SourceLine } from './source-line.ts';
import { isDynamic, parseTemplate, singleExpression, type Template } from './template.ts';

/** Reads values of a line, and says what to write instead of one that cannot be. */
export class ValueReader {
  readonly line: SourceLine;

  constructor(line: SourceLine) {
    this.line = line;
  }

  /** Refuses a value: `this must be a number, not true`. */
  refuse(path: JsonPath, value: Json, expected: string): never {
    this.line.fail(path, `${nameOf(path)} must be ${expected}, not \`${shorten(value)}\`.`);
  }

  template(path: JsonPath, text: string): Template {
    try {
      return parseTemplate(text);
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      return this.line.fail(path, error.message, error.offset);
    }
  }

  /** Exactly one template: any text, `false` as well, would be true. */
  condition(path: JsonPath, value: Json): Template {
    const expected = 'exactly one template, such as `{{request.ws.index > 1}}`';
    const template = this.template(path, this.text(path, value, expected));
    return singleExpression(template) ? template : this.refuse(path, value, expected);
  }

  /** Milliseconds, or a template that yields them. */
  milliseconds(path: JsonPath, value: Json): Template {
    if (typeof value === 'string' && value.includes('{{')) return this.template(path, value);
    return [{ kind: 'literal', value: this.number(path, value, 'milliseconds from 0, or a template') }];
  }

  number(path: JsonPath, value: Json, expected: string, least = 0): number {
    if (typeof value === 'number' && value >= least) return value;
    return this.refuse(path, value, expected);
  }

  wholeNumber(path: JsonPath, value: Json): number {
    if (Number.isInteger(value)) return this.number(path, value, 'a whole number from 1', 1);
    return this.refuse(path, value, 'a whole number from 1');
  }

  /** The dialect's older documents write booleans as text. */
  boolean(path: JsonPath, value: Json): boolean {
    if (value === true || value === 'true') return true;
    if (value === false || value === 'false') return false;
    return this.refuse(path, value, '`true` or `false`');
  }

  text(path: JsonPath, value: Json, expected = 'text'): string {
    return typeof value === 'string' ? value : this.refuse(path, value, expected);
  }

  object(path: JsonPath, value: Json, expected: string): JsonObject {
    return isObject(value) ? value : this.refuse(path, value, expected);
  }

  textOrObject(path: JsonPath, value: Json): string | JsonObject {
    if (typeof value === 'string' || isObject(value)) return value;
    return this.refuse(path, value, 'text or an object');
  }

  choice<T extends string>(path: JsonPath, value: Json, choices: readonly T[]): T {
    const found = choices.find((choice) => choice === value);
    return found ?? this.refuse(path, value, `one of ${choices.map((choice) => `\`${choice}\``).join(', ')}`);
  }

  /** A status code other than OK, by name or number. */
  statusCode(path: JsonPath, value: Json): number {
    const code = typeof value === 'number' ? value : status[value as keyof typeof status];
    if (typeof code === 'number' && code !== status.OK && code in status) return code;
    const names = Object.keys(status).filter((name) => !/^\d|^OK$/.test(name));
    return this.refuse(path, value, `a status code: ${names.join(', ')}`);
  }

  /** Metadata by key, templates as values. */
  metadata(path: JsonPath, value: Json): Record<string, Template> {
    const object = this.object(path, value, 'an object of texts');
    const entries = Object.entries(object).map(([key, inner]) => {
      const where = [...path, key];
      if (!/^[\da-z_.-]+$/.test(key) || /^grpc-(?!status-details-bin$)/.test(key)) {
        const message = `\`${key}\` cannot be a key of metadata: write lower-case letters, digits, \`_\`, \`-\` and \`.\`; \`grpc-\` is reserved.`;
        this.line.fail(where, message);
      }
      const template = this.template(where, this.text(where, inner));
      const expected = isDynamic(template) ? undefined : describeMetadataFault(key, template.join(''));
      if (expected) this.refuse(where, inner, expected);
      return [key, template] as const;
    });
    return Object.fromEntries(entries);
  }
}

function nameOf(path: JsonPath): string {
  return path.length > 0 ? `\`${path.join('.')}\`` : 'This';
}

function shorten(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
