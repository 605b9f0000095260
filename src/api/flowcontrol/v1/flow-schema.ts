import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bool,
  enumeration,
  type Infer,
  int32,
  list,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { validateFlowControlStatus } from './flow-control-status-validation.ts';
import { compareFlowSchemas, flowSchemaColumns } from './flow-schema-columns.ts';
import { flowSchemaStrategy } from './flow-schema-strategy.ts';

export const FlowDistinguisherMethod = message('io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod', {
  type: req(1, enumeration('ByUser', 'ByNamespace')),
});
export interface FlowDistinguisherMethod extends Infer<typeof FlowDistinguisherMethod> {}

export const PriorityLevelConfigurationReference = message(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference',
  {
    name: req(1, string),
  },
);
export interface PriorityLevelConfigurationReference extends Infer<typeof PriorityLevelConfigurationReference> {}

export const UserSubject = message('io.k8s.api.flowcontrol.v1.UserSubject', {
  name: req(1, string),
});
export interface UserSubject extends Infer<typeof UserSubject> {}

export const GroupSubject = message('io.k8s.api.flowcontrol.v1.GroupSubject', {
  name: req(1, string),
});
export interface GroupSubject extends Infer<typeof GroupSubject> {}

export const ServiceAccountSubject = message('io.k8s.api.flowcontrol.v1.ServiceAccountSubject', {
  namespace: req(1, string),
  name: req(2, string),
});
export interface ServiceAccountSubject extends Infer<typeof ServiceAccountSubject> {}

export const Subject = message(
  'io.k8s.api.flowcontrol.v1.Subject',
  {
    kind: req(1, enumeration('User', 'Group', 'ServiceAccount')),
    user: ptr(2, UserSubject),
    group: ptr(3, GroupSubject),
    serviceAccount: ptr(4, ServiceAccountSubject),
  },
  { union: { discriminator: 'kind', members: { group: 'Group', serviceAccount: 'ServiceAccount', user: 'User' } } },
);
export interface Subject extends Infer<typeof Subject> {}

export const ResourcePolicyRule = message('io.k8s.api.flowcontrol.v1.ResourcePolicyRule', {
  verbs: req(1, list(string), { listType: 'set' }),
  apiGroups: req(2, list(string), { listType: 'set' }),
  resources: req(3, list(string), { listType: 'set' }),
  clusterScope: opt(4, bool),
  namespaces: opt(5, list(string), { nullWhenEmpty: true, listType: 'set' }),
});
export interface ResourcePolicyRule extends Infer<typeof ResourcePolicyRule> {}

export const NonResourcePolicyRule = message('io.k8s.api.flowcontrol.v1.NonResourcePolicyRule', {
  verbs: req(1, list(string), { listType: 'set' }),
  nonResourceURLs: req(6, list(string), { listType: 'set' }),
});
export interface NonResourcePolicyRule extends Infer<typeof NonResourcePolicyRule> {}

export const PolicyRulesWithSubjects = message('io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects', {
  subjects: req(1, list(Subject)),
  resourceRules: opt(2, list(ResourcePolicyRule)),
  nonResourceRules: opt(3, list(NonResourcePolicyRule)),
});
export interface PolicyRulesWithSubjects extends Infer<typeof PolicyRulesWithSubjects> {}

export const FlowSchemaSpec = message('io.k8s.api.flowcontrol.v1.FlowSchemaSpec', {
  priorityLevelConfiguration: req(1, PriorityLevelConfigurationReference),
  matchingPrecedence: opt(2, int32, { shown: 'zero' }),
  distinguisherMethod: ptr(3, FlowDistinguisherMethod),
  rules: opt(4, list(PolicyRulesWithSubjects)),
});
export interface FlowSchemaSpec extends Infer<typeof FlowSchemaSpec> {}

export const FlowSchemaCondition = message('io.k8s.api.flowcontrol.v1.FlowSchemaCondition', {
  type: opt(1, string),
  status: opt(2, enumeration('True', 'False', 'Unknown')),
  lastTransitionTime: opt(3, time),
  reason: opt(4, string),
  message: opt(5, string),
});
export interface FlowSchemaCondition extends Infer<typeof FlowSchemaCondition> {}

export const FlowSchemaStatus = message('io.k8s.api.flowcontrol.v1.FlowSchemaStatus', {
  conditions: opt(1, list(FlowSchemaCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
});
export interface FlowSchemaStatus extends Infer<typeof FlowSchemaStatus> {}

export const FlowSchema = message(
  'io.k8s.api.flowcontrol.v1.FlowSchema',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, FlowSchemaSpec, { description: 'What is wanted' }),
    status: opt(3, FlowSchemaStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Sorts requests into priority levels' },
);
export interface FlowSchema extends Infer<typeof FlowSchema> {}

export const FlowSchemas: ResourceDefinition<FlowSchema> = {
  group: 'flowcontrol.apiserver.k8s.io',
  version: 'v1',
  kind: 'FlowSchema',
  plural: 'flowschemas',
  singular: 'flowschema',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: FlowSchema,
  subresources: {
    status: {
      group: 'flowcontrol.apiserver.k8s.io',
      version: 'v1',
      kind: 'FlowSchema',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateFlowControlStatus,
    },
  },
  columns: flowSchemaColumns,
  compareRows: compareFlowSchemas,
  strategy: flowSchemaStrategy,
};
