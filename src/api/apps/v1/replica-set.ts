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
  list,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { replicaSetColumns } from './replica-set-columns.ts';
import { replicaSetStrategy } from './replica-set-strategy.ts';
import { validateReplicaSetStatus } from './workload-status-validation.ts';

export const ReplicaSetSpec = message('io.k8s.api.apps.v1.ReplicaSetSpec', {
  replicas: ptr(1, int32),
  minReadySeconds: opt(4, int32),
  selector: req(2, LabelSelector, { pointer: true }),
  template: opt(3, PodTemplateSpec),
});
export interface ReplicaSetSpec extends Infer<typeof ReplicaSetSpec> {}

export const ReplicaSetCondition = message('io.k8s.api.apps.v1.ReplicaSetCondition', {
  type: req(1, enumeration('ReplicaFailure')),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastTransitionTime: opt(3, time),
  reason: opt(4, string),
  message: opt(5, string),
});
export interface ReplicaSetCondition extends Infer<typeof ReplicaSetCondition> {}

export const ReplicaSetStatus = message('io.k8s.api.apps.v1.ReplicaSetStatus', {
  replicas: req(1, int32),
  fullyLabeledReplicas: opt(2, int32),
  readyReplicas: opt(4, int32),
  availableReplicas: opt(5, int32),
  terminatingReplicas: ptr(7, int32),
  observedGeneration: opt(3, int64),
  conditions: opt(6, list(ReplicaSetCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
});
export interface ReplicaSetStatus extends Infer<typeof ReplicaSetStatus> {}

export const ReplicaSet = message(
  'io.k8s.api.apps.v1.ReplicaSet',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, ReplicaSetSpec, { description: 'What is wanted' }),
    status: opt(3, ReplicaSetStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Keeps a number of pods running' },
);
export interface ReplicaSet extends Infer<typeof ReplicaSet> {}

export const ReplicaSets: ResourceDefinition<ReplicaSet> = {
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  singular: 'replicaset',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: ReplicaSet,
  shortNames: ['rs'],
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
      kind: 'ReplicaSet',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateReplicaSetStatus,
    },
  },
  columns: replicaSetColumns,
  strategy: replicaSetStrategy,
};
