import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  enumeration,
  type Infer,
  list,
  map,
  message,
  opt,
  ptr,
  quantity,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { resourceQuotaColumns } from './resource-quota-columns.ts';
import { resourceQuotaStrategy } from './resource-quota-strategy.ts';
import { validateResourceQuotaStatus } from './resource-quota-validation.ts';

export const ScopedResourceSelectorRequirement = message('io.k8s.api.core.v1.ScopedResourceSelectorRequirement', {
  scopeName: req(
    1,
    enumeration(
      'Terminating',
      'NotTerminating',
      'BestEffort',
      'NotBestEffort',
      'PriorityClass',
      'CrossNamespacePodAffinity',
      'VolumeAttributesClass',
    ),
  ),
  operator: req(2, enumeration('In', 'NotIn', 'Exists', 'DoesNotExist')),
  values: opt(3, list(string)),
});
export interface ScopedResourceSelectorRequirement extends Infer<typeof ScopedResourceSelectorRequirement> {}

export const ScopeSelector = message(
  'io.k8s.api.core.v1.ScopeSelector',
  {
    matchExpressions: opt(1, list(ScopedResourceSelectorRequirement)),
  },
  { atomic: true },
);
export interface ScopeSelector extends Infer<typeof ScopeSelector> {}

export const ResourceQuotaSpec = message('io.k8s.api.core.v1.ResourceQuotaSpec', {
  hard: opt(1, map(quantity)),
  scopes: opt(
    2,
    list(
      enumeration(
        'Terminating',
        'NotTerminating',
        'BestEffort',
        'NotBestEffort',
        'PriorityClass',
        'CrossNamespacePodAffinity',
        'VolumeAttributesClass',
      ),
    ),
  ),
  scopeSelector: ptr(3, ScopeSelector),
});
export interface ResourceQuotaSpec extends Infer<typeof ResourceQuotaSpec> {}

export const ResourceQuotaStatus = message('io.k8s.api.core.v1.ResourceQuotaStatus', {
  hard: opt(1, map(quantity)),
  used: opt(2, map(quantity)),
});
export interface ResourceQuotaStatus extends Infer<typeof ResourceQuotaStatus> {}

export const ResourceQuota = message(
  'io.k8s.api.core.v1.ResourceQuota',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, ResourceQuotaSpec, { description: 'What is wanted' }),
    status: opt(3, ResourceQuotaStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'The most that a namespace may use' },
);
export interface ResourceQuota extends Infer<typeof ResourceQuota> {}

export const ResourceQuotas: ResourceDefinition<ResourceQuota> = {
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  singular: 'resourcequota',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: ResourceQuota,
  shortNames: ['quota'],
  subresources: {
    status: {
      group: '',
      version: 'v1',
      kind: 'ResourceQuota',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateResourceQuotaStatus,
    },
  },
  columns: resourceQuotaColumns,
  strategy: resourceQuotaStrategy,
};
