import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { enumeration, type Infer, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { MatchCondition, MatchResources, ParamKind, Variable } from './match-resources.ts';
import { mutatingAdmissionPolicyColumns } from './mutating-admission-policy-columns.ts';
import { mutatingAdmissionPolicyStrategy } from './mutating-admission-policy-strategy.ts';

export const ApplyConfiguration = message('io.k8s.api.admissionregistration.v1.ApplyConfiguration', {
  expression: opt(1, string),
});
export interface ApplyConfiguration extends Infer<typeof ApplyConfiguration> {}

export const JSONPatch = message('io.k8s.api.admissionregistration.v1.JSONPatch', {
  expression: opt(1, string),
});
export interface JSONPatch extends Infer<typeof JSONPatch> {}

export const Mutation = message('io.k8s.api.admissionregistration.v1.Mutation', {
  patchType: req(2, enumeration('ApplyConfiguration', 'JSONPatch')),
  applyConfiguration: ptr(3, ApplyConfiguration),
  jsonPatch: ptr(4, JSONPatch),
});
export interface Mutation extends Infer<typeof Mutation> {}

export const MutatingAdmissionPolicySpec = message('io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec', {
  paramKind: ptr(1, ParamKind),
  matchConstraints: ptr(2, MatchResources),
  variables: opt(3, list(Variable)),
  mutations: opt(4, list(Mutation)),
  failurePolicy: ptr(5, enumeration('Ignore', 'Fail')),
  matchConditions: opt(6, list(MatchCondition), {
    patchStrategy: 'merge',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
  }),
  reinvocationPolicy: opt(7, enumeration('Never', 'IfNeeded')),
});
export interface MutatingAdmissionPolicySpec extends Infer<typeof MutatingAdmissionPolicySpec> {}

export const MutatingAdmissionPolicy = message(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, MutatingAdmissionPolicySpec, { description: 'What is wanted' }),
  },
  { description: 'Changes made to objects before they are stored' },
);
export interface MutatingAdmissionPolicy extends Infer<typeof MutatingAdmissionPolicy> {}

export const MutatingAdmissionPolicies: ResourceDefinition<MutatingAdmissionPolicy> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  singular: 'mutatingadmissionpolicy',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: MutatingAdmissionPolicy,
  categories: ['api-extensions'],
  columns: mutatingAdmissionPolicyColumns,
  strategy: mutatingAdmissionPolicyStrategy,
};
