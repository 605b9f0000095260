import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { enumeration, type Infer, inline, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';

export const MatchCondition = message('io.k8s.api.admissionregistration.v1.MatchCondition', {
  name: req(1, string),
  expression: req(2, string),
});
export interface MatchCondition extends Infer<typeof MatchCondition> {}

export const Rule = message('io.k8s.api.admissionregistration.v1.Rule', {
  apiGroups: opt(1, list(string)),
  apiVersions: opt(2, list(string)),
  resources: opt(3, list(string)),
  scope: ptr(4, enumeration('Cluster', 'Namespaced', '*')),
});
export interface Rule extends Infer<typeof Rule> {}

export const RuleWithOperations = message('io.k8s.api.admissionregistration.v1.RuleWithOperations', {
  operations: opt(1, list(enumeration('*', 'CREATE', 'UPDATE', 'DELETE', 'CONNECT'))),
  rule: inline(2, Rule),
});
export interface RuleWithOperations extends Infer<typeof RuleWithOperations> {}

export const NamedRuleWithOperations = message(
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  {
    resourceNames: opt(1, list(string)),
    ruleWithOperations: inline(2, RuleWithOperations),
  },
  { atomic: true },
);
export interface NamedRuleWithOperations extends Infer<typeof NamedRuleWithOperations> {}

export const MatchResources = message(
  'io.k8s.api.admissionregistration.v1.MatchResources',
  {
    namespaceSelector: ptr(1, LabelSelector),
    objectSelector: ptr(2, LabelSelector),
    resourceRules: opt(3, list(NamedRuleWithOperations)),
    excludeResourceRules: opt(4, list(NamedRuleWithOperations)),
    matchPolicy: ptr(7, enumeration('Exact', 'Equivalent')),
  },
  { atomic: true },
);
export interface MatchResources extends Infer<typeof MatchResources> {}

export const ParamKind = message(
  'io.k8s.api.admissionregistration.v1.ParamKind',
  {
    apiVersion: opt(1, string),
    kind: opt(2, string),
  },
  { atomic: true },
);
export interface ParamKind extends Infer<typeof ParamKind> {}

export const ParamRef = message(
  'io.k8s.api.admissionregistration.v1.ParamRef',
  {
    name: opt(1, string),
    namespace: opt(2, string),
    selector: ptr(3, LabelSelector),
    parameterNotFoundAction: ptr(4, enumeration('Allow', 'Deny')),
  },
  { atomic: true },
);
export interface ParamRef extends Infer<typeof ParamRef> {}

export const Variable = message(
  'io.k8s.api.admissionregistration.v1.Variable',
  {
    name: req(1, string),
    expression: req(2, string),
  },
  { atomic: true },
);
export interface Variable extends Infer<typeof Variable> {}
