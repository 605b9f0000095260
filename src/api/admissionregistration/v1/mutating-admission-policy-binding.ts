import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { MatchResources, ParamRef } from './match-resources.ts';
import { mutatingAdmissionPolicyBindingColumns } from './mutating-admission-policy-binding-columns.ts';
import { mutatingAdmissionPolicyBindingStrategy } from './mutating-admission-policy-binding-strategy.ts';

export const MutatingAdmissionPolicyBindingSpec = message(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec',
  {
    policyName: opt(1, string),
    paramRef: ptr(2, ParamRef),
    matchResources: ptr(3, MatchResources),
  },
);
export interface MutatingAdmissionPolicyBindingSpec extends Infer<typeof MutatingAdmissionPolicyBindingSpec> {}

export const MutatingAdmissionPolicyBinding = message(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, MutatingAdmissionPolicyBindingSpec, { description: 'What is wanted' }),
  },
  { description: 'Puts a policy of changes into force' },
);
export interface MutatingAdmissionPolicyBinding extends Infer<typeof MutatingAdmissionPolicyBinding> {}

export const MutatingAdmissionPolicyBindings: ResourceDefinition<MutatingAdmissionPolicyBinding> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  singular: 'mutatingadmissionpolicybinding',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: MutatingAdmissionPolicyBinding,
  categories: ['api-extensions'],
  columns: mutatingAdmissionPolicyBindingColumns,
  strategy: mutatingAdmissionPolicyBindingStrategy,
};
