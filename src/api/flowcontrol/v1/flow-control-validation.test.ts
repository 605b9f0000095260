import { expect, test } from 'vitest';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { createErrors } from '#api/testing/defaulted.ts';
import { FlowSchemas } from './flow-schema.ts';
import { mandatorySchemas } from './mandatory-objects.ts';
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
  [
    'the schema of last resort, changed',
    FlowSchemas,
    {
      metadata: { name: 'catch-all' },
      spec: {
        matchingPrecedence: 10_000,
        priorityLevelConfiguration: { name: 'p' },
        rules: [{ subjects: SUBJECTS, nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/'] }] }],
      },
    },
    [
      'spec: Invalid value: {"PriorityLevelConfiguration":{"Name":"p"},"MatchingPrecedence":10000,"DistinguisherMethod":null,"Rules":[{"Subjects":[{"Kind":"User","User":{"Name":"u"},"Group":null,"ServiceAccount":null}],"ResourceRules":null,"NonResourceRules":[{"Verbs":["get"],"NonResourceURLs":["/"]}]}]}: spec of \'catch-all\' must equal the fixed value',
    ],
  ],
  ['the schema that exempts', FlowSchemas, mandatorySchemas[1] ?? {}, []],
  ['the schema of last resort', FlowSchemas, mandatorySchemas[0] ?? {}, []],
  [
    'the exempt level, as it lends something',
    PriorityLevelConfigurations,
    { metadata: { name: 'exempt' }, spec: { type: 'Exempt', exempt: { lendablePercent: 7 } } },
    [],
  ],
  [
    'the level of last resort, changed',
    PriorityLevelConfigurations,
    {
      metadata: { name: 'catch-all' },
      spec: { type: 'Limited', limited: { nominalConcurrencyShares: 6, limitResponse: { type: 'Reject' } } },
    },
    [
      'spec: Invalid value: {"Type":"Limited","Limited":{"NominalConcurrencyShares":6,"LimitResponse":{"Type":"Reject","Queuing":null},"LendablePercent":0,"BorrowingLimitPercent":null},"Exempt":null}: spec of \'catch-all\' must equal the fixed value',
    ],
  ],
  [
    'a level of nothing',
    PriorityLevelConfigurations,
    { metadata: { name: 'a' } },
    ['spec.type: Unsupported value: "": supported values: "Exempt", "Limited"'],
  ],
  [
    'a schema of nothing',
    FlowSchemas,
    { metadata: { name: 'a' }, spec: {} },
    ['spec.priorityLevelConfiguration.name: Required value: must reference a priority level'],
  ],
  [
    'a level that deals too many queues',
    PriorityLevelConfigurations,
    {
      metadata: { name: 'a' },
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: -1,
          lendablePercent: 101,
          borrowingLimitPercent: -1,
          limitResponse: { type: 'Queue', queuing: { queues: 1024, handSize: 7 } },
        },
      },
    },
    [
      'spec.limited.nominalConcurrencyShares: Invalid value: -1: must be a non-negative integer',
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 7: required entropy bits of deckSize 1024 and handSize 7 should not be greater than 60',
      'spec.limited.lendablePercent: Invalid value: 101: must be between 0 and 100, inclusive',
      'spec.limited.borrowingLimitPercent: Invalid value: -1: if specified, must be a non-negative integer',
    ],
  ],
  [
    'subjects and paths of every wrong kind',
    FlowSchemas,
    schema({
      subjects: [
        { kind: 'Robot' },
        { kind: 'Group', group: { name: '' }, user: { name: 'u' }, serviceAccount: { namespace: 'n', name: '*' } },
        {
          kind: 'ServiceAccount',
          serviceAccount: { namespace: '', name: '' },
          group: { name: 'g' },
          user: { name: 'u' },
        },
      ],
      nonResourceRules: [
        { verbs: ['get'], nonResourceURLs: ['*', '/a'] },
        { verbs: ['get'], nonResourceURLs: ['', '/', 'a b', '/a b', '/a//b', '/*/*', '/a/*'] },
      ],
    }),
    [
      'spec.rules[0].subjects[0].kind: Unsupported value: "Robot": supported values: "Group", "ServiceAccount", "User"',
      'spec.rules[0].subjects[1].group.name: Required value',
      "spec.rules[0].subjects[1].serviceAccount: Forbidden: serviceAccount is forbidden when subject kind is not 'ServiceAccount'",
      "spec.rules[0].subjects[1].user: Forbidden: user is forbidden when subject kind is not 'User'",
      'spec.rules[0].subjects[2].serviceAccount.name: Required value',
      'spec.rules[0].subjects[2].serviceAccount.namespace: Required value: must specify namespace for service account',
      "spec.rules[0].subjects[2].user: Forbidden: user is forbidden when subject kind is not 'User'",
      "spec.rules[0].subjects[2].group: Forbidden: group is forbidden when subject kind is not 'Group'",
      `spec.rules[0].nonResourceRules[0].nonResourceURLs: Invalid value: ["*","/a"]: if '*' is present, must not specify other non-resource URLs`,
      'spec.rules[0].nonResourceRules[1].nonResourceURLs[0]: Invalid value: "": must not be empty',
      'spec.rules[0].nonResourceRules[1].nonResourceURLs[2]: Invalid value: "a b": must start with slash',
      'spec.rules[0].nonResourceRules[1].nonResourceURLs[3]: Invalid value: "/a b": must not contain white-space',
      'spec.rules[0].nonResourceRules[1].nonResourceURLs[4]: Invalid value: "/a//b": must not contain double slash',
      'spec.rules[0].nonResourceRules[1].nonResourceURLs[5]: Invalid value: "/*/*": wildcard can only do suffix matching',
    ],
  ],
])('%s is answered rightly', (_, definition, object, expected) => {
  expect(createErrors(definition, object)).toEqual(expected);
});
