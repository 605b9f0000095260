import { append } from '#base/append.ts';
import {
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import type { JSONSchemaProps } from './json-schema-props.ts';
import { validateMergeTypes } from './list-schema-validation.ts';
import { isSchema } from './schema-shape.ts';
import { validateRuleForm, validateRules } from './validation-rules-validation.ts';

/** Why a type must be given, by where the schema stands. */
const MISSING_TYPE = {
  root: 'must not be empty at the root',
  property: 'must not be empty for specified object fields',
  item: 'must not be empty for specified array items',
} as const;

type Place = keyof typeof MISSING_TYPE;

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string'];
/** Members of JSON Schema that say nothing about the shape of an object on its own. */
const UNSUPPORTED = ['id', '$schema', 'definitions', 'dependencies', 'patternProperties', 'additionalItems'] as const;

/** A schema of custom resources tells the type of every member, so that unknown ones can be told and dropped. */
export function validateStructuralSchema(schema: JSONSchemaProps, field: FieldPath): FieldError[] {
  const errors = schema.nullable ? [forbidden(field.child('nullable'), 'nullable cannot be true at the root')] : [];
  append(errors, validateSchema(schema, field, 'root'));
  if (schema.type && schema.type !== 'object') {
    errors.push(invalid(field.child('type'), schema.type, 'must be object at the root'));
  }
  append(errors, validateMetadata(schema.properties?.['metadata'], field));
  return errors.length > 0 ? errors : validateRules(schema, field);
}

function validateSchema(schema: JSONSchemaProps, field: FieldPath, place: Place): FieldError[] {
  return [
    ...validateType(schema, field, place),
    ...validateUnsupported(schema, field),
    ...validateMembers(schema, field),
    ...validateMergeTypes(schema, field),
    ...validateRuleForm(schema, field),
  ];
}

function validateType(schema: JSONSchemaProps, field: FieldPath, place: Place): FieldError[] {
  const { type } = schema;
  const at = field.child('type');
  const isIntOrString = schema['x-kubernetes-int-or-string'] === true;
  if (isIntOrString && type) return [forbidden(at, 'must be empty if x-kubernetes-int-or-string is true')];
  const isOpen = isIntOrString || schema['x-kubernetes-preserve-unknown-fields'] === true;
  if (!type) return isOpen && place !== 'root' ? [] : [required(at, MISSING_TYPE[place])];
  return TYPES.includes(type) ? [] : [notSupported(at, type, TYPES)];
}

function validateUnsupported(schema: JSONSchemaProps, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (schema.$ref !== undefined) errors.push(forbidden(field.child('$ref'), '$ref is not supported'));
  for (const name of UNSUPPORTED) {
    if (schema[name] !== undefined) errors.push(forbidden(field.child(name), `${name} is not supported`));
  }
  if (schema.type === 'null') {
    errors.push(forbidden(field.child('type'), 'type cannot be set to null, use nullable as an alternative'));
  }
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    errors.push(invalid(field.child('x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined'));
  }
  if (schema.uniqueItems) {
    const detail = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic';
    errors.push(forbidden(field.child('uniqueItems'), detail));
  }
  if (schema.additionalProperties === false) {
    errors.push(forbidden(field.child('additionalProperties'), 'additionalProperties cannot be set to false'));
  }
  if (schema.properties && schema.additionalProperties) {
    const detail = 'additionalProperties and properties are mutual exclusive';
    errors.push(forbidden(field.child('additionalProperties'), detail));
  }
  if (Array.isArray(schema.items)) {
    errors.push(forbidden(field.child('items'), 'items must be a schema object and not an array'));
  }
  return errors;
}

function validateMembers(schema: JSONSchemaProps, field: FieldPath): FieldError[] {
  const errors = Object.entries(schema.properties ?? {}).flatMap(([name, member]) =>
    validateSchema(member, field.child('properties').key(name), 'property'),
  );
  const { items, additionalProperties } = schema;
  if (schema.type === 'array' && items === undefined) errors.push(required(field.child('items'), 'must be specified'));
  if (isSchema(items)) append(errors, validateSchema(items, field.child('items'), 'item'));
  if (isSchema(additionalProperties)) {
    append(errors, validateSchema(additionalProperties, field.child('additionalProperties'), 'property'));
  }
  return errors;
}

/** Metadata is the server's: only the form of names may be restricted. */
function validateMetadata(metadata: JSONSchemaProps | undefined, field: FieldPath): FieldError[] {
  if (metadata === undefined) return [];
  const { type: _, description: __, properties = {}, ...rest } = metadata;
  const names = Object.keys(properties).filter((name) => name !== 'name' && name !== 'generateName');
  if (names.length === 0 && Object.values(rest).every((value) => value === undefined)) return [];
  const detail = 'must not specify anything other than name and generateName, but metadata is implicitly specified';
  return [forbidden(field.child('properties').key('metadata'), detail)];
}
