import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { isObject, type Json, type JsonObject } from '../dialect/json.ts';

const fieldsByType = new WeakMap<DescMessage, Map<string, DescField>>();

/**
 * Makes computed values fit their fields: a number becomes text for a string, `"true"` a boolean, and empty text the
 * default of anything that has no text. What fits nothing stays, for the encoder to refuse.
 */
export function coerceJson(desc: DescMessage, json: Json): Json {
  if (!isObject(json) || desc.typeName.startsWith('google.protobuf.')) return json;
  const fields = fieldsOf(desc);
  const result: JsonObject = {};
  for (const [name, value] of Object.entries(json)) {
    const field = fields.get(name);
    const coerced = field ? coerceField(field, value) : value;
    if (coerced !== undefined) result[name] = coerced;
  }
  return result;
}

function coerceField(field: DescField, value: Json): Json | undefined {
  if (value === '' && (field.fieldKind === 'list' || field.fieldKind === 'map')) return undefined;
  if (field.fieldKind === 'list' && Array.isArray(value))
    return value.map((element) => coerceValue(field, element) ?? defaultOf(field));
  if (field.fieldKind === 'map' && isObject(value)) {
    const entries = Object.entries(value).map(([key, inner]) => [
      key,
      coerceValue(field, inner) ?? defaultOf(field),
    ]);
    return Object.fromEntries(entries);
  }
  return coerceValue(field, value);
}

function coerceValue(field: DescField, value: Json): Json | undefined {
  if (field.message) return value === '' ? undefined : coerceJson(field.message, value);
  if (field.scalar === ScalarType.STRING) {
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  }
  if (field.scalar === ScalarType.BYTES) return value;
  if (value === '') return undefined;
  if (field.scalar === ScalarType.BOOL && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

/** Elements cannot be left out, as fields can. */
function defaultOf(field: DescField): Json {
  if (field.message) return {};
  if (field.scalar === ScalarType.STRING || field.scalar === ScalarType.BYTES) return '';
  return field.scalar === ScalarType.BOOL ? false : 0;
}

function fieldsOf(desc: DescMessage): Map<string, DescField> {
  let fields = fieldsByType.get(desc);
  if (!fields) {
    fields = new Map(
      desc.fields.flatMap((field) => [
        [field.jsonName, field],
        [field.name, field],
      ]),
    );
    fieldsByType.set(desc, fields);
  }
  return fields;
}
