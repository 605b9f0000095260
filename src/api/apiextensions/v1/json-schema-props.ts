import {
  bool,
  double,
  enumeration,
  type Infer,
  int64,
  json,
  jsonOf,
  lazy,
  list,
  type MessageSchema,
  map,
  message,
  opt,
  ptr,
  req,
  string,
  wrappedList,
} from '#machinery/schema/schema.ts';

const GROUP = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.';

export const ExternalDocumentation = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation',
  {
    description: opt(1, string),
    url: opt(2, string),
  },
);
export interface ExternalDocumentation extends Infer<typeof ExternalDocumentation> {}

export const ValidationRule = message('io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule', {
  rule: req(1, string),
  message: opt(2, string),
  messageExpression: opt(3, string),
  reason: ptr(4, enumeration('FieldValueRequired', 'FieldValueDuplicate', 'FieldValueInvalid', 'FieldValueForbidden')),
  fieldPath: opt(5, string),
  optionalOldSelf: ptr(6, bool),
});
export interface ValidationRule extends Infer<typeof ValidationRule> {}

/** Written out because it refers to itself. The values of `json` members are what JSON Schema allows there. */
export interface JSONSchemaProps {
  readonly id?: string | undefined;
  readonly $schema?: string | undefined;
  readonly $ref?: string | undefined;
  readonly description?: string | undefined;
  readonly type?: string | undefined;
  readonly format?: string | undefined;
  readonly title?: string | undefined;
  readonly default?: unknown | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMaximum?: boolean | undefined;
  readonly minimum?: number | undefined;
  readonly exclusiveMinimum?: boolean | undefined;
  readonly maxLength?: number | undefined;
  readonly minLength?: number | undefined;
  readonly pattern?: string | undefined;
  readonly maxItems?: number | undefined;
  readonly minItems?: number | undefined;
  readonly uniqueItems?: boolean | undefined;
  readonly multipleOf?: number | undefined;
  readonly enum?: readonly unknown[] | undefined;
  readonly maxProperties?: number | undefined;
  readonly minProperties?: number | undefined;
  readonly required?: readonly string[] | undefined;
  readonly items?: unknown | undefined;
  readonly allOf?: readonly JSONSchemaProps[] | undefined;
  readonly oneOf?: readonly JSONSchemaProps[] | undefined;
  readonly anyOf?: readonly JSONSchemaProps[] | undefined;
  readonly not?: JSONSchemaProps | undefined;
  readonly properties?: Readonly<Record<string, JSONSchemaProps>> | undefined;
  readonly additionalProperties?: unknown | undefined;
  readonly patternProperties?: Readonly<Record<string, JSONSchemaProps>> | undefined;
  readonly dependencies?: Readonly<Record<string, unknown>> | undefined;
  readonly additionalItems?: unknown | undefined;
  readonly definitions?: Readonly<Record<string, JSONSchemaProps>> | undefined;
  readonly externalDocs?: ExternalDocumentation | undefined;
  readonly example?: unknown | undefined;
  readonly nullable?: boolean | undefined;
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean | undefined;
  readonly 'x-kubernetes-embedded-resource'?: boolean | undefined;
  readonly 'x-kubernetes-int-or-string'?: boolean | undefined;
  readonly 'x-kubernetes-list-map-keys'?: readonly string[] | undefined;
  readonly 'x-kubernetes-list-type'?: string | undefined;
  readonly 'x-kubernetes-map-type'?: string | undefined;
  readonly 'x-kubernetes-validations'?: readonly ValidationRule[] | undefined;
}

const self = lazy<JSONSchemaProps>(() => JSONSchemaProps);

export const JSONSchemaProps: MessageSchema = message(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps',
  {
    id: opt(1, string),
    $schema: opt(2, string),
    $ref: ptr(3, string),
    description: opt(4, string),
    type: opt(5, string),
    format: opt(6, string),
    title: opt(7, string),
    default: ptr(8, json),
    maximum: ptr(9, double),
    exclusiveMaximum: opt(10, bool),
    minimum: ptr(11, double),
    exclusiveMinimum: opt(12, bool),
    maxLength: ptr(13, int64),
    minLength: ptr(14, int64),
    pattern: opt(15, string),
    maxItems: ptr(16, int64),
    minItems: ptr(17, int64),
    uniqueItems: opt(18, bool),
    multipleOf: ptr(19, double),
    enum: opt(20, list(json)),
    maxProperties: ptr(21, int64),
    minProperties: ptr(22, int64),
    required: opt(23, list(string)),
    items: ptr(24, jsonOf(`${GROUP}JSONSchemaPropsOrArray`), { shown: 'plain' }),
    allOf: opt(25, list(self)),
    oneOf: opt(26, list(self)),
    anyOf: opt(27, list(self)),
    not: ptr(28, self, { shown: 'plain' }),
    properties: opt(29, map(self)),
    additionalProperties: ptr(30, jsonOf(`${GROUP}JSONSchemaPropsOrBool`), { shown: 'plain' }),
    patternProperties: opt(31, map(self)),
    dependencies: opt(32, map(jsonOf(`${GROUP}JSONSchemaPropsOrStringArray`))),
    additionalItems: ptr(33, jsonOf(`${GROUP}JSONSchemaPropsOrBool`), { shown: 'plain' }),
    definitions: opt(34, map(self)),
    externalDocs: ptr(35, ExternalDocumentation, { shown: 'plain' }),
    example: ptr(36, json, { shown: 'plain' }),
    nullable: opt(37, bool),
    'x-kubernetes-preserve-unknown-fields': ptr(38, bool),
    'x-kubernetes-embedded-resource': opt(39, bool),
    'x-kubernetes-int-or-string': opt(40, bool),
    'x-kubernetes-list-map-keys': opt(41, list(string)),
    'x-kubernetes-list-type': ptr(42, string),
    'x-kubernetes-map-type': ptr(43, string),
    'x-kubernetes-validations': opt(44, wrappedList(ValidationRule), {
      patchStrategy: 'merge',
      mergeKey: 'rule',
      listType: 'map',
      mapKeys: ['rule'],
    }),
  },
);
