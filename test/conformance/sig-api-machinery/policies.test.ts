import { afterAll, beforeAll, describe, test } from 'vitest';
import { checkApiOperations } from '../support/api-operations.ts';
import { Rest } from '../support/rest.ts';

let rest: Rest;
beforeAll(async () => {
  rest = await Rest.start({ controllers: false, scheduler: false });
});
afterAll(() => rest?.stop());

const GROUP = 'admissionregistration.k8s.io/v1';
const objects = (plural: string) => rest.of(GROUP, plural);
/** Matches what nobody makes here. */
const matchConstraints = {
  namespaceSelector: { matchLabels: { nobody: 'here' } },
  resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }],
};
const validating = { matchConstraints, validations: [{ expression: 'object.spec.replicas <= 100' }] };
const mutation = {
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression: 'Object{spec: Object.spec{replicas: 1}}' },
};

describe('[sig-api-machinery] ValidatingAdmissionPolicy [Privileged:ClusterAdmin]', () => {
  test('should support ValidatingAdmissionPolicy API operations', () =>
    checkApiOperations(objects('validatingadmissionpolicies'), {
      kind: 'ValidatingAdmissionPolicy',
      object: { spec: validating },
      specPatch: { spec: { failurePolicy: 'Ignore' } },
      status: { conditions: [condition()] },
      statusKeepsMetadata: true,
    }));

  test('should support ValidatingAdmissionPolicyBinding API operations', () =>
    checkApiOperations(objects('validatingadmissionpolicybindings'), {
      kind: 'ValidatingAdmissionPolicyBinding',
      object: { spec: { policyName: 'replicas.example.test', validationActions: ['Deny'] } },
      specPatch: { spec: { validationActions: ['Warn', 'Audit'] } },
    }));
});

describe('[sig-api-machinery] MutatingAdmissionPolicy [Privileged:ClusterAdmin]', () => {
  test('should support MutatingAdmissionPolicy API operations', () =>
    checkApiOperations(objects('mutatingadmissionpolicies'), {
      kind: 'MutatingAdmissionPolicy',
      object: { spec: { matchConstraints, mutations: [mutation], reinvocationPolicy: 'Never' } },
      specPatch: { spec: { failurePolicy: 'Ignore' } },
    }));

  test('should support MutatingAdmissionPolicyBinding API operations', () =>
    checkApiOperations(objects('mutatingadmissionpolicybindings'), {
      kind: 'MutatingAdmissionPolicyBinding',
      object: { spec: { policyName: 'replicas.example.test' } },
      specPatch: { spec: { policyName: 'others.example.test' } },
    }));
});

function condition() {
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  return { type: 'Tested', status: 'True', reason: 'Tested', message: 'as it should', lastTransitionTime };
}
