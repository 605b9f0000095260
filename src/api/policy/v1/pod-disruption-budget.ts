import { Condition } from '#api/meta/v1/condition.ts';
import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  enumeration,
  type Infer,
  int32,
  int64,
  intOrString,
  list,
  map,
  message,
  opt,
  ptr,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { podDisruptionBudgetColumns } from './pod-disruption-budget-columns.ts';
import { podDisruptionBudgetStrategy } from './pod-disruption-budget-strategy.ts';
import { validatePodDisruptionBudgetStatus } from './pod-disruption-budget-validation.ts';

export const PodDisruptionBudgetSpec = message('io.k8s.api.policy.v1.PodDisruptionBudgetSpec', {
  minAvailable: ptr(1, intOrString),
  selector: ptr(2, LabelSelector, { patchStrategy: 'replace' }),
  maxUnavailable: ptr(3, intOrString),
  unhealthyPodEvictionPolicy: ptr(4, enumeration('IfHealthyBudget', 'AlwaysAllow')),
});
export interface PodDisruptionBudgetSpec extends Infer<typeof PodDisruptionBudgetSpec> {}

export const PodDisruptionBudgetStatus = message('io.k8s.api.policy.v1.PodDisruptionBudgetStatus', {
  observedGeneration: opt(1, int64),
  disruptedPods: opt(2, map(time)),
  disruptionsAllowed: opt(3, int32, { shown: 'zero' }),
  currentHealthy: opt(4, int32, { shown: 'zero' }),
  desiredHealthy: opt(5, int32, { shown: 'zero' }),
  expectedPods: opt(6, int32, { shown: 'zero' }),
  conditions: opt(7, list(Condition), { patchStrategy: 'merge', mergeKey: 'type', listType: 'map', mapKeys: ['type'] }),
});
export interface PodDisruptionBudgetStatus extends Infer<typeof PodDisruptionBudgetStatus> {}

export const PodDisruptionBudget = message(
  'io.k8s.api.policy.v1.PodDisruptionBudget',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, PodDisruptionBudgetSpec, { description: 'What is wanted' }),
    status: opt(3, PodDisruptionBudgetStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'How many pods may be missing at a time' },
);
export interface PodDisruptionBudget extends Infer<typeof PodDisruptionBudget> {}

export const PodDisruptionBudgets: ResourceDefinition<PodDisruptionBudget> = {
  group: 'policy',
  version: 'v1',
  kind: 'PodDisruptionBudget',
  plural: 'poddisruptionbudgets',
  singular: 'poddisruptionbudget',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: PodDisruptionBudget,
  shortNames: ['pdb'],
  subresources: {
    status: {
      group: 'policy',
      version: 'v1',
      kind: 'PodDisruptionBudget',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validatePodDisruptionBudgetStatus,
    },
  },
  columns: podDisruptionBudgetColumns,
  strategy: podDisruptionBudgetStrategy,
};
