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
