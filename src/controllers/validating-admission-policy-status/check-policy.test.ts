import { expect, test } from 'vitest';
import type { ValidatingAdmissionPolicy } from '#api/admissionregistration/v1/validating-admission-policy.ts';
import { resources } from '#api/resources.ts';
import { checkPolicy } from './check-policy.ts';

type Spec = NonNullable<ValidatingAdmissionPolicy['spec']>;

const about = (...plurals: string[]) => ({
  resourceRules: [{ operations: ['*'], apiGroups: ['', 'apps'], apiVersions: ['v1'], resources: plurals }],
});
const warningsOf = (spec: Spec) =>
  checkPolicy({ spec: { matchConstraints: about('deployments'), ...spec } }, resources);

test.each<[string, string, Partial<Spec>?]>([
  ['numbers', 'object.spec.replicas > 1'],
  ['an object as it was', 'oldObject.spec.template.spec.containers.all(c, c.image != "")'],
  ['times', 'object.metadata.creationTimestamp < timestamp("2030-01-01T00:00:00Z")'],
  ['numbers that are texts', 'object.spec.strategy.rollingUpdate.maxSurge == "10%"'],
  [
    'amounts of a kind that is not looked into',
    'dyn(object.spec.template.spec.containers[0].resources).limits["cpu"] == "1"',
  ],
  ['resources', 'object.spec.template.spec.containers[0].resources.claims.size() == 0'],
  ['names that are words of the language', 'object.metadata.__namespace__ == "a"'],
  ['labels', 'object.metadata.labels["a"] == "b" || has(object.metadata.labels.c)'],
  ['the request', 'request.operation == "CREATE" && namespaceObject.metadata.name == "a"'],
  ['rights', 'authorizer.requestResource.check("get").allowed()'],
  ['a schema within itself', 'object.kind == "a"', { matchConstraints: about('customresourcedefinitions') }],
  [
    'variables',
    'variables.many && variables.next > 2',
    {
      variables: [
        { name: 'many', expression: 'object.spec.replicas > 5' },
        { name: 'next', expression: 'object.spec.replicas + 1' },
      ],
    },
  ],
  ['parameters', 'params.data["most"] == "3"', { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } }],
  ['anything at all, where no kind is known', 'object.foo', { matchConstraints: about('widgets') }],
])('nothing is wrong with an expression about %s', (_, expression, spec) => {
  expect(warningsOf({ validations: [{ expression }], ...spec })).toEqual([]);
});

test.each<[string, string, string, Partial<Spec>?]>([
  ['of a field that objects do not have', 'object.foo == 1', "undefined field 'foo'"],
  ['of a field deep within', 'object.spec.template.spec.container.size() > 1', "undefined field 'container'"],
  ['of a field that items do not have', 'object.spec.template.spec.containers.all(c, c.img == "")', "'img'"],
  [
    'of amounts, which have no type',
    'object.spec.template.spec.containers[0].resources.limits["cpu"] == "1"',
    "'limits'",
  ],
  ['of an amount by itself', 'object.spec.template.spec.volumes.all(v, has(v.emptyDir.sizeLimit))', "'sizeLimit'"],
  ['of what is in fields of the past', 'object.metadata.managedFields[0].fieldsV1.spec == 1', "'spec'"],
  [
    'of a number as of a text',
    "object.spec.replicas > '1'",
    "no matching overload for '_>_' applied to '(int, string)'",
  ],
  [
    'of a field that parameters do not have',
    'params.foo == 1',
    "undefined field 'foo'",
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    },
  ],
  [
    'of parameters of a kind that nobody knows',
    'params.foo == 1',
    "undeclared reference to 'params'",
    {
      paramKind: { apiVersion: 'example.com/v1', kind: 'Widget' },
    },
  ],
  [
    'of a variable as of what it is not',
    'variables.n == "a"',
    "applied to '(int, string)'",
    {
      variables: [{ name: 'n', expression: 'object.spec.replicas' }],
    },
  ],
])('a warning comes where an expression speaks %s', (_, expression, want, spec) => {
  expect(warningsOf({ validations: [{ expression }], ...spec })).toEqual([
    { fieldRef: 'spec.validations[0].expression', warning: expect.stringContaining(want) },
  ]);
});

test('nothing more is said of a variable that is wrong itself', () => {
  const variables = [{ name: 'wrong', expression: 'object.foo' }];
  expect(warningsOf({ variables, validations: [{ expression: 'variables.wrong == 1' }] })).toEqual([]);
});

test('a warning names the field and each kind, and points at what is wrong', () => {
  const validations = [
    { expression: 'true' },
    { expression: 'object.spec.replicas > 1', messageExpression: '"replicas: " + object.spec.replicas' },
  ];
  expect(warningsOf({ matchConstraints: about('pods', 'statefulsets'), validations })).toEqual([
    {
      fieldRef: 'spec.validations[1].expression',
      warning: `/v1, Kind=Pod: ERROR: <input>:1:12: undefined field 'replicas'
 | object.spec.replicas > 1
 | ...........^
`,
    },
    {
      fieldRef: 'spec.validations[1].messageExpression',
      warning: `/v1, Kind=Pod: ERROR: <input>:1:27: undefined field 'replicas'
 | "replicas: " + object.spec.replicas
 | ..........................^

apps/v1, Kind=StatefulSet: ERROR: <input>:1:14: found no matching overload for '_+_' applied to '(string, int)'
 | "replicas: " + object.spec.replicas
 | .............^
`,
    },
  ]);
});
