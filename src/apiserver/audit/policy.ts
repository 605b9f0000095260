import { readConfigFile } from '#machinery/codec/config-file.ts';
import { type FieldError, FieldPath, invalid, notSupported } from '#machinery/errors/field-error.ts';
import { bool, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';

export const GroupResources = message('io.k8s.audit.v1.GroupResources', {
  group: opt(1, string),
  resources: opt(2, list(string)),
  resourceNames: opt(3, list(string)),
});
export interface GroupResources extends Infer<typeof GroupResources> {}

export const PolicyRule = message('io.k8s.audit.v1.PolicyRule', {
  level: opt(1, string),
  users: opt(2, list(string)),
  userGroups: opt(3, list(string)),
  verbs: opt(4, list(string)),
  resources: opt(5, list(GroupResources)),
  namespaces: opt(6, list(string)),
  nonResourceURLs: opt(7, list(string)),
  omitStages: opt(8, list(string)),
  omitManagedFields: ptr(9, bool),
});
export interface PolicyRule extends Infer<typeof PolicyRule> {}

/** What is written down about which requests: the first rule that matches decides. */
export const AuditPolicy = message('io.k8s.audit.v1.Policy', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, message('io.k8s.audit.v1.PolicyMeta', { name: opt(1, string), creationTimestamp: opt(2, string) })),
  rules: opt(2, list(PolicyRule)),
  omitStages: opt(3, list(string)),
  omitManagedFields: opt(4, bool),
});
export interface AuditPolicy extends Infer<typeof AuditPolicy> {}

export const AUDIT_LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type AuditLevel = (typeof AUDIT_LEVELS)[number];

export const AUDIT_STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type AuditStage = (typeof AUDIT_STAGES)[number];

/** Reads a policy file. Throws a `ConfigFileError`. */
export const readAuditPolicy = (text: string): AuditPolicy =>
  readConfigFile(text, AuditPolicy, { apiVersions: ['audit.k8s.io/v1'], kind: 'Policy', validate: validatePolicy });

function validatePolicy({ rules = [], omitStages = [] }: AuditPolicy): FieldError[] {
  return [
    ...validateStages(omitStages, new FieldPath('omitStages')),
    ...rules.flatMap((rule, index) => validateRule(rule, new FieldPath('rules').index(index))),
  ];
}

function validateRule(rule: PolicyRule, field: FieldPath): FieldError[] {
  const { level = '', resources = [], namespaces = [], nonResourceURLs = [], omitStages = [] } = rule;
  const errors: FieldError[] = [];
  if (!AUDIT_LEVELS.includes(level as AuditLevel)) {
    errors.push(notSupported(field.child('level'), level, [...AUDIT_LEVELS].sort()));
  }
  const urls = field.child('nonResourceURLs');
  if (nonResourceURLs.length > 0 && resources.length + namespaces.length > 0) {
    errors.push(invalid(urls, nonResourceURLs, 'rules cannot apply to both regular resources and non-resource URLs'));
  }
  nonResourceURLs.forEach((url, index) => {
    if (url !== '*' && !url.startsWith('/')) {
      errors.push(invalid(urls.index(index), url, "non-resource URL rules must begin with a '/' character"));
    }
    if (url !== '' && url.slice(0, -1).includes('*')) {
      errors.push(
        invalid(urls.index(index), url, "non-resource URL wildcards '*' must be the final character of the rule"),
      );
    }
  });
  resources.forEach(({ resources: names = [], resourceNames = [] }, index) => {
    if (resourceNames.length > 0 && names.length === 0) {
      const at = field.child('resources').index(index).child('resourceNames');
      errors.push(invalid(at, resourceNames, 'using resourceNames requires at least one resource'));
    }
  });
  return [...errors, ...validateStages(omitStages, field.child('omitStages'))];
}

const validateStages = (stages: readonly string[], field: FieldPath): FieldError[] =>
  stages.flatMap((stage, index) =>
    AUDIT_STAGES.includes(stage as AuditStage)
      ? []
      : [notSupported(field.index(index), stage, [...AUDIT_STAGES].sort())],
  );
