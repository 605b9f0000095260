import { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
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
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { daemonSetColumns } from './daemon-set-columns.ts';
import { daemonSetStrategy } from './daemon-set-strategy.ts';
import { validateDaemonSetStatus } from './workload-status-validation.ts';

export const RollingUpdateDaemonSet = message('io.k8s.api.apps.v1.RollingUpdateDaemonSet', {
  maxUnavailable: ptr(1, intOrString),
  maxSurge: ptr(2, intOrString),
});
export interface RollingUpdateDaemonSet extends Infer<typeof RollingUpdateDaemonSet> {}

export const DaemonSetUpdateStrategy = message('io.k8s.api.apps.v1.DaemonSetUpdateStrategy', {
  type: opt(1, enumeration('RollingUpdate', 'OnDelete')),
  rollingUpdate: ptr(2, RollingUpdateDaemonSet),
});
export interface DaemonSetUpdateStrategy extends Infer<typeof DaemonSetUpdateStrategy> {}

export const DaemonSetSpec = message('io.k8s.api.apps.v1.DaemonSetSpec', {
  selector: req(1, LabelSelector, { pointer: true }),
  template: req(2, PodTemplateSpec),
  updateStrategy: opt(3, DaemonSetUpdateStrategy),
  minReadySeconds: opt(4, int32),
  revisionHistoryLimit: ptr(6, int32),
});
export interface DaemonSetSpec extends Infer<typeof DaemonSetSpec> {}

export const DaemonSetCondition = message('io.k8s.api.apps.v1.DaemonSetCondition', {
  type: req(1, string),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastTransitionTime: opt(3, time),
  reason: opt(4, string),
  message: opt(5, string),
});
export interface DaemonSetCondition extends Infer<typeof DaemonSetCondition> {}

export const DaemonSetStatus = message('io.k8s.api.apps.v1.DaemonSetStatus', {
  currentNumberScheduled: req(1, int32),
  numberMisscheduled: req(2, int32),
  desiredNumberScheduled: req(3, int32),
  numberReady: req(4, int32),
  observedGeneration: opt(5, int64),
  updatedNumberScheduled: opt(6, int32),
  numberAvailable: opt(7, int32),
  numberUnavailable: opt(8, int32),
  collisionCount: ptr(9, int32),
  conditions: opt(10, list(DaemonSetCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
});
export interface DaemonSetStatus extends Infer<typeof DaemonSetStatus> {}

export const DaemonSet = message(
  'io.k8s.api.apps.v1.DaemonSet',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, DaemonSetSpec, { description: 'What is wanted' }),
    status: opt(3, DaemonSetStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Keeps a pod running on every node that fits' },
);
export interface DaemonSet extends Infer<typeof DaemonSet> {}

export const DaemonSets: ResourceDefinition<DaemonSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  singular: 'daemonset',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: DaemonSet,
  shortNames: ['ds'],
  categories: ['all'],
  subresources: {
    status: {
      group: 'apps',
      version: 'v1',
      kind: 'DaemonSet',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateDaemonSetStatus,
    },
  },
  columns: daemonSetColumns,
  strategy: daemonSetStrategy,
};
