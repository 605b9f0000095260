import { expect, test } from 'vitest';
import { createErrors, defaulted, errorTexts } from '#api/testing/defaulted.ts';
import { type CustomResourceDefinition, CustomResourceDefinitions } from './custom-resource-definition.ts';

const OBJECT = { type: 'object' };
const version = (openAPIV3Schema: object | undefined, more: object = {}) => ({
  name: 'v1',
  served: true,
  storage: true,
  ...(openAPIV3Schema ? { schema: { openAPIV3Schema } } : {}),
  ...more,
});
const definition = (spec: object = {}, name = 'widgets.example.com') => ({
  metadata: { name },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [version(OBJECT)],
    ...spec,
  },
});

test.each<[string, object, string[]]>([
  ['that is well', definition(), []],
  [
    'of another name',
    definition({}, 'widget.example.com'),
    ['metadata.name: Invalid value: "widget.example.com": must be spec.names.plural+"."+spec.group'],
  ],
  [
    'without a schema',
    definition({ versions: [version(undefined)] }),
    ['spec.versions[0].schema.openAPIV3Schema: Required value'],
  ],
  [
    'of a scope that there is not',
    definition({ scope: 'World' }),
    ['spec.scope: Unsupported value: "World": supported values: "Cluster", "Namespaced"'],
  ],
  [
    'whose schema leaves types open',
    definition({ versions: [version({ properties: { spec: { properties: { a: {} } } } })] }),
    [
      'spec.validation.openAPIV3Schema.type: Required value: must not be empty at the root',
      'spec.validation.openAPIV3Schema.properties[spec].type: Required value: must not be empty for specified object fields',
      'spec.validation.openAPIV3Schema.properties[spec].properties[a].type: Required value: must not be empty for specified object fields',
    ],
  ],
  [
    'whose schema is open where it may be',
    definition({
      versions: [
        version({
          ...OBJECT,
          properties: {
            port: { 'x-kubernetes-int-or-string': true },
            raw: { 'x-kubernetes-preserve-unknown-fields': true },
          },
        }),
      ],
    }),
    [],
  ],
  [
    'with a list of no items',
    definition({ versions: [version({ ...OBJECT, properties: { list: { type: 'array' } } })] }),
    ['spec.validation.openAPIV3Schema.properties[list].items: Required value: must be specified'],
  ],
  [
    'that converts by nothing',
    definition({ conversion: { strategy: 'Webhook' } }),
    [
      'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
      'spec.conversion.conversionReviewVersions: Required value',
    ],
  ],
  [
    'whose versions differ',
    definition({ versions: [version(OBJECT), version({ type: 'string' }, { name: 'v2', storage: false })] }),
    ['spec.versions[1].schema.openAPIV3Schema.type: Invalid value: "string": must be object at the root'],
  ],
  [
    'with a version twice',
    definition({ versions: [version(OBJECT), version(OBJECT)] }),
    ['must contain unique version names', 'must have exactly one version marked as storage version'].map((detail) => {
      const shown =
        '{"Name":"v1","Served":true,"Storage":true,"Deprecated":false,"DeprecationWarning":null,"Schema":null,"Subresources":null,"AdditionalPrinterColumns":null,"SelectableFields":null}';
      return `spec.versions: Invalid value: [${shown},${shown}]: ${detail}`;
    }),
  ],
  [
    'whose parts cannot be shown',
    definition({
      versions: [
        version(OBJECT, {
          deprecationWarning: 'old',
          subresources: { scale: { specReplicasPath: '.spec', statusReplicasPath: '' } },
          additionalPrinterColumns: [{ name: 'a', type: 'text', jsonPath: 'a' }],
        }),
      ],
    }),
    [
      'spec.versions[0].deprecationWarning: Invalid value: "old": can only be set for deprecated versions',
      'spec.subresources.scale.specReplicasPath: Invalid value: ".spec": should be a json path under .spec',
      'spec.subresources.scale.statusReplicasPath: Required value',
      'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
      'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "a": must be a simple json path starting with .',
    ],
  ],
  [
    'of a group of the community',
    definition({ group: 'x.k8s.io' }, 'widgets.x.k8s.io'),
    [
      'metadata.annotations[api-approved.kubernetes.io]: Required value: protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111',
    ],
  ],
])('a definition %s', (_, object, expected) => {
  expect(createErrors(CustomResourceDefinitions, object)).toEqual(expected);
});

test('a definition that is established keeps its scope, and every version that objects are stored as', () => {
  const conditions = [{ type: 'Established', status: 'True' }];
  const before = { ...definition(), status: { conditions, storedVersions: ['v1'] } };
  const after = {
    ...definition({ scope: 'Cluster', versions: [version(OBJECT, { name: 'v2' })] }),
    status: { conditions, storedVersions: ['v1', 'v2'] },
  };
  const [updated, old] = [after, before].map((object) =>
    defaulted<CustomResourceDefinition>(CustomResourceDefinitions, object),
  );
  expect(errorTexts(CustomResourceDefinitions.strategy.validateUpdate?.(updated!, old!))).toEqual([
    'spec.scope: Invalid value: "Cluster": field is immutable',
    'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
  ]);
});

/** What is wrong with one member of a schema, by where it is below that member. */
function memberErrors(member: object): string[] {
  const at = 'spec.validation.openAPIV3Schema.properties[a]';
  const schema = { ...OBJECT, properties: { a: member } };
  const errors = createErrors(CustomResourceDefinitions, definition({ versions: [version(schema)] }));
  return errors.map((error) => error.replace(at, ''));
}

const list = (type: string, items: object, more: object = {}) => ({
  type: 'array',
  'x-kubernetes-list-type': type,
  items,
  ...more,
});
const keyed = (items: object, ...keys: string[]) => list('map', items, { 'x-kubernetes-list-map-keys': keys });
const STRING = { type: 'string' };

test.each<[string, object, string[]]>([
  ['a map', keyed({ ...OBJECT, required: ['k'], properties: { k: STRING } }, 'k'), []],
  ['a map whose key has a default', keyed({ ...OBJECT, properties: { k: { ...STRING, default: 'x' } } }, 'k'), []],
  [
    'a map whose keys may be missing',
    keyed({ ...OBJECT, nullable: true, properties: { k: { ...STRING, nullable: true } } }, 'k'),
    [
      '.items.nullable: Forbidden: cannot be nullable when x-kubernetes-list-type is map',
      '.items.properties[k].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property',
      '.items.properties[k].nullable: Forbidden: this property is in x-kubernetes-list-map-keys, so it cannot be nullable',
    ],
  ],
  [
    'a map with keys of every wrong kind',
    keyed({ ...OBJECT, required: ['k', 'l'], properties: { k: STRING, l: { ...OBJECT } } }, 'k', 'k', 'l', 'm'),
    [
      '.x-kubernetes-list-map-keys: Invalid value: ["k","k","l","m"]: must not contain duplicate entries',
      `.items.properties[l].type: Invalid value: "object": must be a scalar type if parent array's x-kubernetes-list-type is map`,
      '.x-kubernetes-list-map-keys: Invalid value: ["k","k","l","m"]: entries must all be names of item properties',
    ],
  ],
  [
    'a map of texts without keys',
    list('map', STRING),
    [
      '.x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map',
      `.items.type: Invalid value: "string": must be object if parent array's x-kubernetes-list-type is map`,
    ],
  ],
  [
    'keys without a map',
    { type: 'array', items: STRING, 'x-kubernetes-list-map-keys': ['k'] },
    ['.x-kubernetes-list-type: Required value: must be map if x-kubernetes-list-map-keys is non-empty'],
  ],
  [
    'a set of what is merged in parts',
    list('set', OBJECT),
    [
      '.items.x-kubernetes-map-type: Invalid value: null: must be atomic as item of a list with x-kubernetes-list-type=set',
    ],
  ],
  ['a set of what is one', list('set', { ...OBJECT, 'x-kubernetes-map-type': 'atomic' }), []],
  [
    'merging of another type',
    { ...STRING, 'x-kubernetes-list-type': 'bag', 'x-kubernetes-map-type': 'deep' },
    [
      '.type: Invalid value: "string": must be object if x-kubernetes-map-type is specified',
      '.x-kubernetes-map-type: Unsupported value: "deep": supported values: "atomic", "granular"',
      '.type: Invalid value: "string": must be array if x-kubernetes-list-type is specified',
      '.x-kubernetes-list-type: Unsupported value: "bag": supported values: "atomic", "set", "map"',
    ],
  ],
  [
    'rules that point to members',
    {
      ...OBJECT,
      properties: { b: { ...OBJECT, properties: { 'c.d': STRING } }, m: { ...OBJECT, additionalProperties: STRING } },
      'x-kubernetes-validations': [
        ...['.b', ".b['c.d']", ".m['any']", '.m.any'],
        ...['b', '.c', ".b['c.d'", '.b[c]', '.', '.b.x'],
      ].map((fieldPath) => ({ rule: 'true', fieldPath })),
    },
    ['b', '.c', ".b['c.d'", '.b[c]', '.', '.b.x'].map(
      (path, index) =>
        `.x-kubernetes-validations[${index + 4}].fieldPath: Invalid value: ${JSON.stringify(path)}: must be a valid path`,
    ),
  ],
])('a schema with %s is answered rightly', (_, member, expected) => {
  expect(memberErrors(member)).toEqual(expected);
});

test.each<[string, object, string[]]>([
  [
    'fields to select by',
    {
      schema: {
        openAPIV3Schema: {
          ...OBJECT,
          properties: {
            metadata: { ...OBJECT, properties: { name: STRING } },
            spec: { ...OBJECT, properties: { a: STRING, b: OBJECT } },
          },
        },
      },
      selectableFields: ['.spec.a', '.spec.a', '.spec.b', '.spec.c', '.metadata.name', ".spec['a']", ''].map(
        (jsonPath) => ({ jsonPath }),
      ),
    },
    [
      'spec.selectableFields[1].jsonPath: Duplicate value: ".spec.a"',
      'spec.selectableFields[2].jsonPath: Invalid value: ".spec.b": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      'spec.selectableFields[3].jsonPath: Invalid value: ".spec.c": is an invalid path: does not refer to a valid field',
      'spec.selectableFields[4].jsonPath: Invalid value: ".metadata.name": must not point to fields in metadata',
      `spec.selectableFields[5].jsonPath: Invalid value: ".spec['a']": is an invalid path: array notation is not allowed`,
      'spec.selectableFields[6].jsonPath: Required value',
    ],
  ],
  [
    'a nullable root',
    { schema: { openAPIV3Schema: { ...OBJECT, nullable: true } } },
    ['spec.validation.openAPIV3Schema.nullable: Forbidden: nullable cannot be true at the root'],
  ],
])('a version with %s is answered rightly', (_, more, expected) => {
  const spec = { versions: [{ ...version(OBJECT), ...more }] };
  expect(createErrors(CustomResourceDefinitions, definition(spec))).toEqual(expected);
});

test('a version with a status has a schema that the one of the status can be taken from', () => {
  const status = (schema: object) =>
    createErrors(
      CustomResourceDefinitions,
      definition({ versions: [version({ ...OBJECT, ...schema }, { subresources: { status: {} } })] }),
    );
  expect(status({ description: 'a', properties: {} })).toEqual([]);
  const [error] = status({ maxProperties: 3 });
  expect(error).toMatch(
    /^spec.validation.openAPIV3Schema: Invalid value: .*"MaxProperties":3,.*: only \[Description Type .* XValidations\] fields are allowed/,
  );
});
