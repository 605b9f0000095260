import { Condition } from '#api/meta/v1/condition.ts';
import { validateConditions } from '#api/meta/v1/conditions-validation.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { enumeration, type Infer, int64, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { MatchCondition, MatchResources, ParamKind, Variable } from './match-resources.ts';
import { validatingAdmissionPolicyColumns } from './validating-admission-policy-columns.ts';
import { validatingAdmissionPolicyStrategy } from './validating-admission-policy-strategy.ts';

export const AuditAnnotation = message('io.k8s.api.admissionregistration.v1.AuditAnnotation', {
  key: req(1, string),
  valueExpression: req(2, string),
});
export interface AuditAnnotation extends Infer<typeof AuditAnnotation> {}

export const ExpressionWarning = message('io.k8s.api.admissionregistration.v1.ExpressionWarning', {
  fieldRef: req(2, string),
  warning: req(3, string),
});
export interface ExpressionWarning extends Infer<typeof ExpressionWarning> {}

export const TypeChecking = message('io.k8s.api.admissionregistration.v1.TypeChecking', {
  expressionWarnings: opt(1, list(ExpressionWarning)),
});
export interface TypeChecking extends Infer<typeof TypeChecking> {}

export const Validation = message('io.k8s.api.admissionregistration.v1.Validation', {
  expression: req(1, string),
  message: opt(2, string),
  reason: ptr(
    3,
    enumeration(
      '',
      'Unauthorized',
      'Forbidden',
      'NotFound',
      'AlreadyExists',
      'Conflict',
      'Gone',
      'Invalid',
      'ServerTimeout',
      'StorageReadError',
      'Timeout',
      'TooManyRequests',
      'BadRequest',
      'MethodNotAllowed',
      'NotAcceptable',
      'RequestEntityTooLarge',
      'UnsupportedMediaType',
      'InternalError',
      'Expired',
      'ServiceUnavailable',
    ),
  ),
  messageExpression: opt(4, string),
});
export interface Validation extends Infer<typeof Validation> {}

export const ValidatingAdmissionPolicySpec = message(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec',
  {
    paramKind: ptr(1, ParamKind),
    matchConstraints: ptr(2, MatchResources),
    validations: opt(3, list(Validation)),
    failurePolicy: ptr(4, enumeration('Ignore', 'Fail')),
    auditAnnotations: opt(5, list(AuditAnnotation)),
    matchConditions: opt(6, list(MatchCondition), {
      patchStrategy: 'merge',
      mergeKey: 'name',
      listType: 'map',
      mapKeys: ['name'],
    }),
    variables: opt(7, list(Variable), { patchStrategy: 'merge', mergeKey: 'name', listType: 'map', mapKeys: ['name'] }),
  },
);
export interface ValidatingAdmissionPolicySpec extends Infer<typeof ValidatingAdmissionPolicySpec> {}

export const ValidatingAdmissionPolicyStatus = message(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyStatus',
  {
    observedGeneration: opt(1, int64),
    typeChecking: ptr(2, TypeChecking),
    conditions: opt(3, list(Condition), { listType: 'map', mapKeys: ['type'] }),
  },
);
export interface ValidatingAdmissionPolicyStatus extends Infer<typeof ValidatingAdmissionPolicyStatus> {}

export const ValidatingAdmissionPolicy = message(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, ValidatingAdmissionPolicySpec, { description: 'What is wanted' }),
    status: opt(3, ValidatingAdmissionPolicyStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Rules that objects have to keep' },
);
export interface ValidatingAdmissionPolicy extends Infer<typeof ValidatingAdmissionPolicy> {}

export const ValidatingAdmissionPolicies: ResourceDefinition<ValidatingAdmissionPolicy> = {
  group: 'admissionregistration.k8s.io',
  version: 'v1',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  singular: 'validatingadmissionpolicy',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: ValidatingAdmissionPolicy,
  categories: ['api-extensions'],
  subresources: {
    status: {
      group: 'admissionregistration.k8s.io',
      version: 'v1',
      kind: 'ValidatingAdmissionPolicy',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: ({ status }) =>
        validateConditions(status?.conditions, new FieldPath('status').child('conditions')),
      resetFields: ['metadata', 'spec'],
    },
  },
  columns: validatingAdmissionPolicyColumns,
  strategy: validatingAdmissionPolicyStrategy,
};
