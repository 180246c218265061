import type { DescEnum, DescField, DescMessage } from '@bufbuild/protobuf';
import { isObject, type Json } from '../dialect/json.ts';
import { findSimilar } from './similar-name.ts';

/** Finds a field by its name in the .proto file or in JSON. */
export function findField(desc: DescMessage, name: string): DescField | undefined {
  return desc.fields.find((field) => field.name === name || field.jsonName === name);
}

/** Says that a type has no such field, and what it has. */
export function describeUnknownField({ typeName, fields }: DescMessage, name: string): string {
  const names = fields.map((field) => field.name);
  return `\`${typeName}\` has no field \`${name}\`: ${suggest(name, names)}`;
}

/** Says that an enum has no such value, and what it has; undefined where it has. */
export function describeUnknownValue({ typeName, values }: DescEnum, name: string): string | undefined {
  const names = values.map((value) => value.name);
  if (names.includes(name)) return undefined;
  return `\`${typeName}\` has no value \`${name}\`: ${suggest(name, names)}`;
}

/** Describes the first field or enum value of a payload that its type does not have; undefined where there is none. */
export function describeUnknownName(desc: DescMessage, json: Json): string | undefined {
  if (!isObject(json) || desc.typeName.startsWith('google.protobuf.')) return undefined;
  for (const [name, value] of Object.entries(json)) {
    const field = findField(desc, name);
    if (!field) return describeUnknownField(desc, name);
    for (const inner of valuesOf(field, value)) {
      const problem = field.message
        ? describeUnknownName(field.message, inner)
        : field.enum && typeof inner === 'string' && !inner.includes('{{')
          ? describeUnknownValue(field.enum, inner)
          : undefined;
      if (problem) return problem;
    }
  }
  return undefined;
}

function valuesOf({ fieldKind }: DescField, value: Json): Json[] {
  if (fieldKind === 'list') return Array.isArray(value) ? value : [];
  if (fieldKind === 'map') return isObject(value) ? Object.values(value) : [];
  return [value];
}

function suggest(name: string, names: readonly string[]): string {
  const similar = findSimilar(name, names);
  return similar ? `did you mean \`${similar}\`?` : `it has ${names.join(', ') || 'none'}.`;
}
