import {
  type DescField,
  type DescMessage,
  fromBinary,
  fromJson,
  type JsonValue,
  type Message,
  type Registry,
  ScalarType,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { isObject, type Json, type JsonObject } from '../dialect/json.ts';
import type { Received } from '../engine/scope.ts';
import { coerceJson } from './coerce-json.ts';

/** Names that a text has where a type has more than one string. */
const textNames = ['content', 'message', 'text', 'body', 'detail', 'reason', 'description'];
const longTypes = new Set<ScalarType>([
  ScalarType.INT64,
  ScalarType.UINT64,
  ScalarType.SINT64,
  ScalarType.FIXED64,
  ScalarType.SFIXED64,
]);

/** A message type as the dialect uses it: a JSON view, a text projection, and bytes. */
export class MessageType {
  readonly desc: DescMessage;
  readonly registry: Registry;
  /** The field that plain text stands for, undefined where no field is obvious. */
  readonly textField: DescField | undefined;
  readonly #hasLongs: boolean;

  /** @param textField overrides the projection, by the field's name. */
  constructor(desc: DescMessage, registry: Registry, textField?: string) {
    this.desc = desc;
    this.registry = registry;
    this.textField = findTextField(desc, textField);
    this.#hasLongs = holdsLongs(desc, new Set());
  }

  /** @throws Error for bytes that are not such a message */
  decode(bytes: Uint8Array): Received {
    return new ReceivedMessage(this, fromBinary(this.desc, bytes), bytes.length);
  }

  /** Names of the .proto file, defaults materialised, enums by name, 64-bit integers as numbers where those hold them. */
  view(message: Message): JsonObject {
    const view = toJson(this.desc, message, {
      alwaysEmitImplicit: true,
      useProtoFieldName: true,
      registry: this.registry,
    });
    // Well-known types may be anything in JSON.
    if (!isObject(view)) return { value: view as Json };
    return this.#hasLongs ? shortenLongs(this.desc, view) : view;
  }

  /**
   * Encodes a payload.
   *
   * @param isComputed whether values come from templates, and shall be made to fit the types of their fields.
   * @throws Error where it does not fit the type
   */
  encode(json: Json, isComputed: boolean): Buffer {
    const value = isComputed ? coerceJson(this.desc, json) : json;
    const bytes = toBinary(this.desc, fromJson(this.desc, value as JsonValue, { registry: this.registry }));
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Puts a text where the projection says; undefined without one. */
  fromText(text: string): JsonObject | undefined {
    return this.textField && { [this.textField.name]: text };
  }
}

class ReceivedMessage implements Received {
  readonly byteLength: number;
  readonly #type: MessageType;
  readonly #message: Message;
  #view: JsonObject | undefined;
  #json: string | undefined;

  constructor(type: MessageType, message: Message, byteLength: number) {
    this.#type = type;
    this.#message = message;
    this.byteLength = byteLength;
  }

  get view(): JsonObject {
    this.#view ??= this.#type.view(this.#message);
    return this.#view;
  }

  get text(): string | undefined {
    const { textField } = this.#type;
    if (!textField) return undefined;
    const value = (this.#message as unknown as Record<string, unknown>)[textField.localName];
    return typeof value === 'string' ? value : String(this.view[textField.name] ?? '');
  }

  get json(): string {
    this.#json ??= JSON.stringify(this.view);
    return this.#json;
  }
}

function findTextField(desc: DescMessage, name: string | undefined): DescField | undefined {
  if (name !== undefined) return desc.fields.find((field) => field.name === name);
  const texts = desc.fields.filter(
    (field) => field.fieldKind === 'scalar' && field.scalar === ScalarType.STRING,
  );
  if (texts.length === 1) return texts[0];
  return textNames.map((candidate) => texts.find((field) => field.name === candidate)).find(Boolean);
}

function isWellKnown({ typeName }: DescMessage): boolean {
  return typeName.startsWith('google.protobuf.');
}

function holdsLongs(desc: DescMessage, seen: Set<DescMessage>): boolean {
  if (seen.has(desc) || isWellKnown(desc)) return false;
  seen.add(desc);
  return desc.fields.some((field) => isLong(field) || (field.message && holdsLongs(field.message, seen)));
}

function isLong(field: DescField): boolean {
  return field.scalar !== undefined && longTypes.has(field.scalar);
}

function shortenLongs(desc: DescMessage, view: JsonObject): JsonObject {
  for (const field of desc.fields) {
    const value = view[field.name];
    if (value === undefined || value === null) continue;
    if (isLong(field)) view[field.name] = mapValues(value, shorten);
    else if (field.message && !isWellKnown(field.message)) {
      const { message } = field;
      const shortenWithin = (inner: Json) => (isObject(inner) ? shortenLongs(message, inner) : inner);
      view[field.name] =
        field.fieldKind === 'message' ? shortenWithin(value) : mapValues(value, shortenWithin);
    }
  }
  return view;
}

/** Of a list the elements, of a map the values, else the value itself. */
function mapValues(value: Json, change: (inner: Json) => Json): Json {
  if (Array.isArray(value)) return value.map(change);
  if (isObject(value))
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner)]));
  return change(value);
}

function shorten(value: Json): Json {
  const number = Number(value);
  return typeof value === 'string' && Number.isSafeInteger(number) ? number : value;
}
