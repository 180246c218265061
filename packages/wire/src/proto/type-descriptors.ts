import { create } from '@bufbuild/protobuf';
import {
  type DescriptorProto,
  DescriptorProtoSchema,
  type EnumDescriptorProto,
  EnumDescriptorProtoSchema,
  FeatureSet_EnumType,
  FeatureSet_FieldPresence,
  FeatureSet_MessageEncoding,
  FeatureSet_RepeatedFieldEncoding,
  type FieldDescriptorProto,
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FieldDescriptorProtoSchema,
  type ServiceDescriptorProto,
  ServiceDescriptorProtoSchema,
} from '@bufbuild/protobuf/wkt';
import {
  Enum,
  type Field,
  MapField,
  type OneOf,
  type ReflectionObject,
  type Service,
  Type,
} from 'protobufjs';

type References = Set<ReflectionObject>;

/** Describes a message with what is nested in it, and adds the types that its fields have to `references`. */
export function describeMessage(type: Type, references: References): DescriptorProto {
  const oneofs = type.oneofsArray.filter((oneof) => !isSynthetic(oneof));
  const message = create(DescriptorProtoSchema, {
    name: type.name,
    oneofDecl: oneofs.map(({ name }) => ({ name })),
  });
  for (const field of type.fieldsArray) {
    field.resolve();
    message.field.push(describeField(field, oneofs, references));
    if (field instanceof MapField) message.nestedType.push(describeMapEntry(field, references));
  }
  for (const nested of type.nestedArray) {
    if (nested instanceof Type) message.nestedType.push(describeMessage(nested, references));
    else if (nested instanceof Enum) message.enumType.push(describeEnum(nested));
  }
  return message;
}

export function describeEnum({ name, values }: Enum): EnumDescriptorProto {
  const value = Object.entries(values).map(([key, number]) => ({ name: key, number }));
  // An open enum starts with 0; one that does not can only be closed.
  const enumType = value[0]?.number === 0 ? FeatureSet_EnumType.OPEN : FeatureSet_EnumType.CLOSED;
  const hasAliases = new Set(value.map(({ number }) => number)).size < value.length;
  const options = { allowAlias: hasAliases, features: { enumType } };
  return create(EnumDescriptorProtoSchema, { name, value, options });
}

export function describeService(service: Service, references: References): ServiceDescriptorProto {
  return create(ServiceDescriptorProtoSchema, {
    name: service.name,
    method: service.methodsArray.map((method) => {
      method.resolve();
      const { resolvedRequestType, resolvedResponseType } = method;
      if (!resolvedRequestType || !resolvedResponseType)
        throw new Error(`${method.fullName} has unknown types`);
      references.add(resolvedRequestType).add(resolvedResponseType);
      return {
        name: method.name,
        inputType: resolvedRequestType.fullName,
        outputType: resolvedResponseType.fullName,
        clientStreaming: Boolean(method.requestStream),
        serverStreaming: Boolean(method.responseStream),
      };
    }),
  });
}

function isSynthetic({ fieldsArray }: OneOf): boolean {
  return fieldsArray.length === 1 && fieldsArray[0]?.options?.proto3_optional === true;
}

function describeField(
  field: Field | MapField,
  oneofs: OneOf[],
  references: References,
): FieldDescriptorProto {
  if (field instanceof MapField) {
    return create(FieldDescriptorProtoSchema, {
      name: field.name,
      number: field.id,
      label: FieldDescriptorProto_Label.REPEATED,
      type: FieldDescriptorProto_Type.MESSAGE,
      typeName: `${field.parent?.fullName}.${nameMapEntry(field)}`,
      jsonName: findJsonName(field),
    });
  }
  const oneofIndex = field.partOf ? oneofs.indexOf(field.partOf) : -1;
  return create(FieldDescriptorProtoSchema, {
    name: field.name,
    number: field.id,
    label: field.repeated ? FieldDescriptorProto_Label.REPEATED : FieldDescriptorProto_Label.OPTIONAL,
    ...describeType(field, references),
    jsonName: findJsonName(field),
    ...(oneofIndex >= 0 ? { oneofIndex } : {}),
    options: { features: describeFeatures(field) },
  });
}

function describeFeatures(field: Field) {
  if (field.repeated) {
    const { PACKED, EXPANDED } = FeatureSet_RepeatedFieldEncoding;
    return field.packed ? { repeatedFieldEncoding: PACKED } : { repeatedFieldEncoding: EXPANDED };
  }
  const { DELIMITED } = FeatureSet_MessageEncoding;
  if (field.delimited) return { messageEncoding: DELIMITED };
  const { LEGACY_REQUIRED, EXPLICIT, IMPLICIT } = FeatureSet_FieldPresence;
  if (field.resolvedType instanceof Type || field.partOf) return {};
  return { fieldPresence: field.required ? LEGACY_REQUIRED : field.hasPresence ? EXPLICIT : IMPLICIT };
}

function describeMapEntry(field: MapField, references: References): DescriptorProto {
  const label = FieldDescriptorProto_Label.OPTIONAL;
  return create(DescriptorProtoSchema, {
    name: nameMapEntry(field),
    options: { mapEntry: true },
    field: [
      { name: 'key', number: 1, label, type: scalarType(field.keyType) },
      { name: 'value', number: 2, label, ...describeType(field, references) },
    ],
  });
}

function nameMapEntry({ name }: MapField): string {
  return `${name.replace(/(?:^|_)(.)/g, (_, letter: string) => letter.toUpperCase())}Entry`;
}

function describeType(field: Field | MapField, references: References) {
  const { resolvedType } = field;
  if (!resolvedType) return { type: scalarType(field.type) };
  references.add(resolvedType);
  const { ENUM, MESSAGE } = FieldDescriptorProto_Type;
  return { type: resolvedType instanceof Enum ? ENUM : MESSAGE, typeName: resolvedType.fullName };
}

function scalarType(name: string): FieldDescriptorProto_Type {
  const key = name.toUpperCase() as keyof typeof FieldDescriptorProto_Type;
  return FieldDescriptorProto_Type[key];
}

function findJsonName({ name, options }: Field | MapField): string {
  const jsonName: unknown = options?.json_name;
  if (typeof jsonName === 'string') return jsonName;
  return name.replace(/_+(.?)/g, (_, letter: string) => letter.toUpperCase());
}
