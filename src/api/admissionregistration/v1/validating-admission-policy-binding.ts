import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { enumeration, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { MatchResources, ParamRef } from './match-resources.ts';
import { validatingAdmissionPolicyBindingColumns } from './validating-admission-policy-binding-columns.ts';
import { validatingAdmissionPolicyBindingStrategy } from './validating-admission-policy-binding-strategy.ts';

export const ValidatingAdmissionPolicyBindingSpec = message(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec',
  {
    policyName: opt(1, string, { shown: 'required' }),
    paramRef: ptr(2, ParamRef),
    matchResources: ptr(3, MatchResources),
    validationActions: opt(4, list(enumeration('Deny', 'Warn', 'Audit')), { listType: 'set', shown: 'required' }),
  },
);
export interface ValidatingAdmissionPolicyBindingSpec extends Infer<typeof ValidatingAdmissionPolicyBindingSpec> {}

export const ValidatingAdmissionPolicyBinding = message(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, ValidatingAdmissionPolicyBindingSpec, { description: 'What is wanted', shown: 'required' }),
  },
  { description: 'Puts a policy into force' },
);
export interface ValidatingAdmissionPolicyBinding extends Infer<typeof ValidatingAdmissionPolicyBinding> {}

export const ValidatingAdmissionPolicyBindings: ResourceDefinition<ValidatingAdmissionPolicyBinding> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  singular: 'validatingadmissionpolicybinding',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: ValidatingAdmissionPolicyBinding,
  categories: ['api-extensions'],
  columns: validatingAdmissionPolicyBindingColumns,
  strategy: validatingAdmissionPolicyBindingStrategy,
};
