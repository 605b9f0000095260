import { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { scaleSelector } from '#api/scale-selector.ts';
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
import { statefulSetColumns } from './stateful-set-columns.ts';
import { statefulSetStrategy } from './stateful-set-strategy.ts';
import { validateStatefulSetStatus } from './workload-status-validation.ts';

export const RollingUpdateStatefulSetStrategy = message('io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy', {
  partition: ptr(1, int32),
  maxUnavailable: ptr(2, intOrString, { disabledBy: 'MaxUnavailableStatefulSet' }),
});
export interface RollingUpdateStatefulSetStrategy extends Infer<typeof RollingUpdateStatefulSetStrategy> {}

export const StatefulSetUpdateStrategy = message('io.k8s.api.apps.v1.StatefulSetUpdateStrategy', {
  type: opt(1, enumeration('RollingUpdate', 'OnDelete')),
  rollingUpdate: ptr(2, RollingUpdateStatefulSetStrategy),
});
export interface StatefulSetUpdateStrategy extends Infer<typeof StatefulSetUpdateStrategy> {}

export const StatefulSetPersistentVolumeClaimRetentionPolicy = message(
  'io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy',
  {
    whenDeleted: opt(1, enumeration('Retain', 'Delete')),
    whenScaled: opt(2, enumeration('Retain', 'Delete')),
  },
);
export interface StatefulSetPersistentVolumeClaimRetentionPolicy
  extends Infer<typeof StatefulSetPersistentVolumeClaimRetentionPolicy> {}

export const StatefulSetOrdinals = message('io.k8s.api.apps.v1.StatefulSetOrdinals', {
  start: opt(1, int32, { shown: 'zero' }),
});
export interface StatefulSetOrdinals extends Infer<typeof StatefulSetOrdinals> {}

export const StatefulSetSpec = message('io.k8s.api.apps.v1.StatefulSetSpec', {
  replicas: ptr(1, int32),
  selector: req(2, LabelSelector, { pointer: true }),
  template: req(3, PodTemplateSpec),
  volumeClaimTemplates: opt(4, list(PersistentVolumeClaim)),
  serviceName: opt(5, string, { shown: 'zero' }),
  podManagementPolicy: opt(6, enumeration('OrderedReady', 'Parallel')),
  updateStrategy: opt(7, StatefulSetUpdateStrategy),
  revisionHistoryLimit: ptr(8, int32),
  minReadySeconds: opt(9, int32),
  persistentVolumeClaimRetentionPolicy: ptr(10, StatefulSetPersistentVolumeClaimRetentionPolicy),
  ordinals: ptr(11, StatefulSetOrdinals),
});
export interface StatefulSetSpec extends Infer<typeof StatefulSetSpec> {}

export const StatefulSetCondition = message('io.k8s.api.apps.v1.StatefulSetCondition', {
  type: req(1, string),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastTransitionTime: opt(3, time),
  reason: opt(4, string),
  message: opt(5, string),
});
export interface StatefulSetCondition extends Infer<typeof StatefulSetCondition> {}

export const StatefulSetStatus = message('io.k8s.api.apps.v1.StatefulSetStatus', {
  observedGeneration: opt(1, int64),
  replicas: req(2, int32),
  readyReplicas: opt(3, int32),
  currentReplicas: opt(4, int32),
  updatedReplicas: opt(5, int32),
  currentRevision: opt(6, string),
  updateRevision: opt(7, string),
  collisionCount: ptr(9, int32),
  conditions: opt(10, list(StatefulSetCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
  availableReplicas: opt(11, int32, { shown: 'zero' }),
});
export interface StatefulSetStatus extends Infer<typeof StatefulSetStatus> {}

export const StatefulSet = message(
  'io.k8s.api.apps.v1.StatefulSet',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, StatefulSetSpec, { description: 'What is wanted' }),
    status: opt(3, StatefulSetStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Keeps pods with names and storage of their own running' },
);
export interface StatefulSet extends Infer<typeof StatefulSet> {}

export const StatefulSets: ResourceDefinition<StatefulSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  singular: 'statefulset',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: StatefulSet,
  shortNames: ['sts'],
  categories: ['all'],
  subresources: {
    scale: {
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
      verbs: ['get', 'patch', 'update'],
      type: 'scale',
      scale: { specReplicas: '.spec.replicas', statusReplicas: '.status.replicas', selector: scaleSelector },
    },
    status: {
      group: 'apps',
      version: 'v1',
      kind: 'StatefulSet',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateStatefulSetStatus,
    },
  },
  columns: statefulSetColumns,
  strategy: statefulSetStrategy,
};
