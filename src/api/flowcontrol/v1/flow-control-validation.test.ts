import { expect, test } from 'vitest';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { createErrors } from '#api/testing/defaulted.ts';
import { FlowSchemas } from './flow-schema.ts';
import { PriorityLevelConfigurations } from './priority-level-configuration.ts';

const schema = (rule: object, spec: object = {}) => ({
  metadata: { name: 'a' },
  spec: { matchingPrecedence: 500, priorityLevelConfiguration: { name: 'p' }, rules: [rule], ...spec },
});
const SUBJECTS = [{ kind: 'User', user: { name: 'u' } }];
const RESOURCES = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], clusterScope: true }];

test.each<[string, AnyResourceDefinition, object, string[]]>([
  ['a schema', FlowSchemas, schema({ subjects: SUBJECTS, resourceRules: RESOURCES }), []],
  [
    'a schema before all others',
    FlowSchemas,
    schema({ subjects: SUBJECTS, resourceRules: RESOURCES }, { matchingPrecedence: 1 }),
    ["spec.matchingPrecedence: Invalid value: 1: only the schema named 'exempt' may have matchingPrecedence 1"],
  ],
  [
    'a schema by nothing known',
    FlowSchemas,
    schema({ subjects: SUBJECTS, resourceRules: RESOURCES }, { distinguisherMethod: { type: 'ByLuck' } }),
    ['spec.distinguisherMethod.type: Unsupported value: {"Type":"ByLuck"}: supported values: "ByNamespace", "ByUser"'],
  ],
  [
    'a user that is a group',
    FlowSchemas,
    schema({ subjects: [{ ...SUBJECTS[0], group: { name: 'g' } }], resourceRules: RESOURCES }),
    ["spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'"],
  ],
  [
    'rules of nothing',
    FlowSchemas,
    schema({
      subjects: SUBJECTS,
      resourceRules: [{ verbs: ['look'], apiGroups: [], resources: ['*', 'pods'] }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['x', '/a*', '/a/*'] }],
    }),
    [
      'spec.rules[0].resourceRules[0].verbs: Unsupported value: ["look"]: supported values: "create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"',
      'spec.rules[0].resourceRules[0].apiGroups: Required value: resource rules must supply at least one api group',
      `spec.rules[0].resourceRules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources`,
      'spec.rules[0].resourceRules[0].namespaces: Required value: resource rules that are not cluster scoped must supply at least one namespace',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "x": must start with slash',
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[1]: Invalid value: "/a*": wildcard can only do suffix matching',
    ],
  ],
  [
    'a second exempt level',
    PriorityLevelConfigurations,
    { metadata: { name: 'a' }, spec: { type: 'Exempt', exempt: { lendablePercent: 101 } } },
    [
      `spec.type: Invalid value: "Exempt": must be 'Exempt' if and only if \`name\` is 'exempt'`,
      'spec.exempt.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
    ],
  ],
])('%s is answered rightly', (_, definition, object, expected) => {
  expect(createErrors(definition, object)).toEqual(expected);
});
