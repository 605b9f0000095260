import { PodTemplateSpec } from '#api/core/v1/pod-template-spec.ts';
import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { scaleSelector } from '#api/scale-selector.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bool,
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
import { deploymentColumns } from './deployment-columns.ts';
import { deploymentStrategy } from './deployment-strategy.ts';
import { validateDeploymentStatus } from './workload-status-validation.ts';

export const RollingUpdateDeployment = message('io.k8s.api.apps.v1.RollingUpdateDeployment', {
  maxUnavailable: ptr(1, intOrString),
  maxSurge: ptr(2, intOrString),
});
export interface RollingUpdateDeployment extends Infer<typeof RollingUpdateDeployment> {}

export const DeploymentStrategy = message('io.k8s.api.apps.v1.DeploymentStrategy', {
  type: opt(1, enumeration('Recreate', 'RollingUpdate')),
  rollingUpdate: ptr(2, RollingUpdateDeployment),
});
export interface DeploymentStrategy extends Infer<typeof DeploymentStrategy> {}

export const DeploymentSpec = message(
  'io.k8s.api.apps.v1.DeploymentSpec',
  {
    replicas: ptr(1, int32, { description: 'Number of pods; 1 when not said' }),
    selector: req(2, LabelSelector, { description: 'Labels of the pods it counts; cannot change', pointer: true }),
    template: req(3, PodTemplateSpec, { description: 'How its pods are made' }),
    strategy: opt(4, DeploymentStrategy, { description: 'How old pods are replaced', patchStrategy: 'retainKeys' }),
    minReadySeconds: opt(5, int32, { description: 'Seconds that a pod must be ready to count as available' }),
    revisionHistoryLimit: ptr(6, int32, { description: 'Old ReplicaSets that are kept to go back to' }),
    paused: opt(7, bool, { description: 'Whether changes wait' }),
    progressDeadlineSeconds: ptr(9, int32, { description: 'Seconds without progress after which it counts as stuck' }),
  },
  { description: 'What a Deployment keeps running' },
);
export interface DeploymentSpec extends Infer<typeof DeploymentSpec> {}

export const DeploymentCondition = message('io.k8s.api.apps.v1.DeploymentCondition', {
  type: req(1, enumeration('Available', 'Progressing', 'ReplicaFailure')),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastUpdateTime: opt(6, time),
  lastTransitionTime: opt(7, time),
  reason: opt(4, string),
  message: opt(5, string),
});
export interface DeploymentCondition extends Infer<typeof DeploymentCondition> {}

export const DeploymentStatus = message('io.k8s.api.apps.v1.DeploymentStatus', {
  observedGeneration: opt(1, int64),
  replicas: opt(2, int32),
  updatedReplicas: opt(3, int32),
  readyReplicas: opt(7, int32),
  availableReplicas: opt(4, int32),
  unavailableReplicas: opt(5, int32),
  terminatingReplicas: ptr(9, int32),
  conditions: opt(6, list(DeploymentCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
  collisionCount: ptr(8, int32),
});
export interface DeploymentStatus extends Infer<typeof DeploymentStatus> {}

export const Deployment = message(
  'io.k8s.api.apps.v1.Deployment',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, DeploymentSpec, { description: 'What is wanted' }),
    status: opt(3, DeploymentStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Keeps pods running and replaces them step by step when the template changes' },
);
export interface Deployment extends Infer<typeof Deployment> {}

export const Deployments: ResourceDefinition<Deployment> = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  singular: 'deployment',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Deployment,
  shortNames: ['deploy'],
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
      kind: 'Deployment',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validateDeploymentStatus,
      resetFields: ['spec', 'metadata.labels'],
    },
  },
  columns: deploymentColumns,
  strategy: deploymentStrategy,
};
