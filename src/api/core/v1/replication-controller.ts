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
  map,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';
import { PodTemplateSpec } from './pod-template-spec.ts';
import { replicationControllerColumns } from './replication-controller-columns.ts';
import { replicationControllerFields } from './replication-controller-fields.ts';
import { replicationControllerStrategy } from './replication-controller-strategy.ts';
import { validateReplicationControllerStatus } from './replication-controller-validation.ts';

export const ReplicationControllerSpec = message('io.k8s.api.core.v1.ReplicationControllerSpec', {
  replicas: ptr(1, int32, { default: 1 }),
  minReadySeconds: opt(4, int32, { default: 0 }),
  selector: opt(2, map(string), { mapType: 'atomic' }),
  template: ptr(3, PodTemplateSpec),
});
export interface ReplicationControllerSpec extends Infer<typeof ReplicationControllerSpec> {}

export const ReplicationControllerCondition = message('io.k8s.api.core.v1.ReplicationControllerCondition', {
  type: req(1, enumeration('ReplicaFailure')),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastTransitionTime: opt(3, time),
  reason: opt(4, string),
  message: opt(5, string),
});
export interface ReplicationControllerCondition extends Infer<typeof ReplicationControllerCondition> {}

export const ReplicationControllerStatus = message('io.k8s.api.core.v1.ReplicationControllerStatus', {
  replicas: req(1, int32),
  fullyLabeledReplicas: opt(2, int32),
  readyReplicas: opt(4, int32),
  availableReplicas: opt(5, int32),
  observedGeneration: opt(3, int64),
  conditions: opt(6, list(ReplicationControllerCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
});
export interface ReplicationControllerStatus extends Infer<typeof ReplicationControllerStatus> {}

export const ReplicationController = message(
  'io.k8s.api.core.v1.ReplicationController',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, ReplicationControllerSpec, { description: 'What is wanted' }),
    status: opt(3, ReplicationControllerStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Keeps a number of pods running; ReplicaSets have taken its place' },
);
export interface ReplicationController extends Infer<typeof ReplicationController> {}

export const ReplicationControllers: ResourceDefinition<ReplicationController> = {
  group: '',
  version: 'v1',
  kind: 'ReplicationController',
  plural: 'replicationcontrollers',
  singular: 'replicationcontroller',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: ReplicationController,
  shortNames: ['rc'],
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
      group: '',
      version: 'v1',
      kind: 'ReplicationController',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateReplicationControllerStatus,
    },
  },
  columns: replicationControllerColumns,
  selectableFields: replicationControllerFields,
  strategy: replicationControllerStrategy,
};
