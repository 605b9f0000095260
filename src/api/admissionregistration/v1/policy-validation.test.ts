import { expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { MutatingAdmissionPolicies } from './mutating-admission-policy.ts';
import { ValidatingAdmissionPolicies } from './validating-admission-policy.ts';
import { ValidatingAdmissionPolicyBindings } from './validating-admission-policy-binding.ts';

const RULE = { operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] };
const SPEC = { matchConstraints: { resourceRules: [RULE] }, validations: [{ expression: 'true' }] };
const policy = (spec: object) => ({ metadata: { name: 'a' }, spec: { ...SPEC, ...spec } });

test('a policy is about something and says what must hold', () => {
  expect(createErrors(ValidatingAdmissionPolicies, { metadata: { name: 'a' }, spec: {} })).toEqual([
    'spec.matchConstraints: Required value',
    'spec.validations: Required value: validations or auditAnnotations must contain at least one item',
    'spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item',
  ]);
});

const UNDECLARED = (name: string, at: number) =>
  `compilation failed: ERROR: <input>:1:${at}: undeclared reference to '${name}' (in container '')`;

test.each<[string, object, unknown[]]>([
  [
    'speaks of what there is',
    {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConditions: [{ name: 'a', expression: 'params.data.on == "yes"' }],
      variables: [
        { name: 'size', expression: 'object.spec.replicas + 1' },
        { name: 'names', expression: '["a", "b"]' },
        { name: 'big', expression: 'variables.size > 3 && variables.names.exists(n, n == request.name)' },
      ],
      validations: [
        {
          expression: '!variables.big || authorizer.group("").resource("pods").check("get").allowed()',
          messageExpression: '"not " + variables.names[0]',
          reason: 'Forbidden',
        },
      ],
      auditAnnotations: [{ key: 'b', valueExpression: 'variables.big ? "big" : string(variables.size)' }],
    },
    [],
  ],
  [
    'speaks of parameters that it has none of',
    { validations: [{ expression: 'params.a == 1' }] },
    [
      expect.stringContaining(
        `spec.validations[0].expression: Invalid value: "params.a == 1": ${UNDECLARED('params', 1)}`,
      ),
    ],
  ],
  [
    'tells of rights in its messages',
    { validations: [{ expression: 'true', messageExpression: 'authorizer.path("/").check("get").reason()' }] },
    [expect.stringContaining(UNDECLARED('authorizer', 1))],
  ],
  [
    'comes to something else than it must',
    {
      validations: [{ expression: '1', messageExpression: '1' }],
      auditAnnotations: [{ key: 'b', valueExpression: '1' }],
    },
    [
      'spec.validations[0].expression: Invalid value: "1": must evaluate to bool but got int',
      'spec.validations[0].messageExpression: Invalid value: "1": must evaluate to string but got int',
      'spec.auditAnnotations[0].valueExpression: Invalid value: "1": must evaluate to one of [string null_type] but got int',
    ],
  ],
  [
    'has variables that cannot be',
    {
      variables: [
        { name: 'a', expression: 'variables.b' },
        { name: 'in', expression: '1' },
        { name: '', expression: '' },
      ],
    },
    [
      expect.stringContaining("undefined field 'b'"),
      'spec.variables[1].name: Invalid value: "in": name is not a valid CEL identifier',
      'spec.variables[2].name: Required value: name is not specified',
      'spec.variables[2].expression: Required value: expression is not specified',
    ],
  ],
  [
    'says too little and too much',
    {
      validations: [{ expression: ' ', message: ' ', messageExpression: ' ', reason: 'Gone' }],
      auditAnnotations: [{ key: '', valueExpression: '' }],
    },
    [
      'spec.validations[0].expression: Required value: expression is not specified',
      'spec.validations[0].messageExpression: Invalid value: " ": must be non-empty if specified',
      'spec.validations[0].message: Invalid value: " ": message must be non-empty if specified',
      'spec.validations[0].reason: Unsupported value: "Gone": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
      expect.stringContaining('spec.auditAnnotations[0].key: Invalid value: "a/": '),
      expect.stringContaining('spec.auditAnnotations[0].key: Invalid value: "a/": '),
      'spec.auditAnnotations[0].valueExpression: Required value: valueExpression is not specified',
    ],
  ],
  [
    'is about things that cannot be called so',
    {
      matchConstraints: { resourceRules: [{ ...RULE, resourceNames: ['a/b', 'c', 'c'] }] },
      paramKind: { apiVersion: 'a/b/c', kind: '1' },
    },
    [
      'spec.paramKind.apiVersion: Invalid value: "a/b/c": unexpected GroupVersion string: a/b/c',
      expect.stringContaining(
        'spec.paramKind.kind: Invalid value: "1": may have mixed case, but should otherwise match: ',
      ),
      'spec.matchConstraints.resourceRules[0].resourceNames[0]: Invalid value: "a/b": may not contain \'/\'',
      'spec.matchConstraints.resourceRules[0].resourceNames[2]: Duplicate value: "c"',
    ],
  ],
])('a policy that %s', (_, spec, expected) => {
  expect(createErrors(ValidatingAdmissionPolicies, policy(spec))).toEqual(expected);
});

test.each<[string, object, unknown[]]>([
  [
    'applies',
    {
      patchType: 'ApplyConfiguration',
      applyConfiguration: {
        expression: 'Object{spec: Object.spec{replicas: object.spec.replicas + 1, paused: variables.on}}',
      },
    },
    [],
  ],
  [
    'patches',
    {
      patchType: 'JSONPatch',
      jsonPatch: {
        expression:
          '[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b"), value: request.name}] + (variables.on ? [JSONPatch{op: "remove", path: "/a"}] : [])',
      },
    },
    [],
  ],
  [
    'applies what is no object',
    { patchType: 'ApplyConfiguration', applyConfiguration: { expression: '1' } },
    ['spec.mutations[0].applyConfiguration.expression: Invalid value: "1": must evaluate to Object but got int'],
  ],
  [
    'patches with what is no patch',
    { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: 1}]' } },
    [expect.stringContaining("expected type of field 'op' is 'string' but provided type is 'int'")],
  ],
  [
    'says nothing',
    { patchType: 'JSONPatch' },
    ['spec.mutations[0].jsonPatch.expression: Required value: expression is not specified'],
  ],
])('a policy that %s', (_, mutation, expected) => {
  const spec = {
    matchConstraints: SPEC.matchConstraints,
    variables: [{ name: 'on', expression: 'object.spec.on == true' }],
    mutations: [mutation],
    reinvocationPolicy: 'Never',
  };
  expect(createErrors(MutatingAdmissionPolicies, { metadata: { name: 'a' }, spec })).toEqual(expected);
});

test('conditions that were stored are not looked at again', () => {
  const before = policy({ matchConditions: [{ name: 'a', expression: 'gone()' }] });
  expect(updateErrors(ValidatingAdmissionPolicies, before, before)).toEqual([]);
  const after = policy({ ...before.spec, paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } });
  expect(updateErrors(ValidatingAdmissionPolicies, before, after)).toHaveLength(1);
});

test.each<[string, object, string[]]>([
  [
    'does not refuse and warn at once',
    { validationActions: ['Deny', 'Warn'] },
    [
      'spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
    ],
  ],
  [
    'does something, once',
    { validationActions: ['Audit', 'Audit'] },
    ['spec.validationActions[1]: Duplicate value: "Audit"'],
  ],
  ['does something', {}, ['spec.validationActions: Required value: at least one validation action is required']],
  [
    'takes parameters by their name or by what they are',
    { validationActions: ['Deny'], paramRef: { name: 'a', selector: {} } },
    [
      'spec.paramRef.name: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.selector: Forbidden: name and selector are mutually exclusive',
      'spec.paramRef.parameterNotFoundAction: Required value',
    ],
  ],
])('a binding %s', (_, parts, expected) => {
  const object = { metadata: { name: 'a' }, spec: { policyName: 'p', ...parts } };
  expect(createErrors(ValidatingAdmissionPolicyBindings, object)).toEqual(expected);
});
