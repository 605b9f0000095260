import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';
import { podColumns } from './pod-columns.ts';
import { podRowConditions } from './pod-display.ts';
import { podFields } from './pod-fields.ts';
import { validateResize } from './pod-resize-validation.ts';
import { PodSpec } from './pod-spec.ts';
import { PodStatus } from './pod-status.ts';
import { podStatusWarnings, validatePodStatusUpdate } from './pod-status-validation.ts';
import {
  podStrategy,
  prepareEphemeralContainers,
  preparePodStatus,
  prepareResize,
  RESIZED_FIELDS,
} from './pod-strategy.ts';
import { validateEphemeralContainersUpdate } from './pod-validation.ts';

export const Pod = message(
  'io.k8s.api.core.v1.Pod',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, PodSpec, { description: 'What is wanted' }),
    status: opt(3, PodStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'Containers that run together on one node' },
);
export interface Pod extends Infer<typeof Pod> {}

export const Pods: ResourceDefinition<Pod> = {
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  singular: 'pod',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: Pod,
  shortNames: ['po'],
  categories: ['all'],
  subresources: {
    attach: { group: '', version: 'v1', kind: 'PodAttachOptions', verbs: [], type: 'connect' },
    binding: { group: '', version: 'v1', kind: 'Binding', verbs: ['create'], type: 'action' },
    ephemeralcontainers: {
      group: '',
      version: 'v1',
      kind: 'Pod',
      verbs: ['get', 'patch', 'update'],
      type: 'part',
      ownedFields: ['spec.ephemeralContainers'],
      prepareForUpdate: prepareEphemeralContainers,
      validateUpdate: validateEphemeralContainersUpdate,
    },
    eviction: { group: 'policy', version: 'v1', kind: 'Eviction', verbs: ['create'], type: 'action' },
    exec: { group: '', version: 'v1', kind: 'PodExecOptions', verbs: [], type: 'connect' },
    log: { group: '', version: 'v1', kind: 'Pod', verbs: ['get'], type: 'action', textOptions: 'PodLogOptions' },
    portforward: { group: '', version: 'v1', kind: 'PodPortForwardOptions', verbs: [], type: 'connect' },
    proxy: { group: '', version: 'v1', kind: 'PodProxyOptions', verbs: [], type: 'connect' },
    resize: {
      group: '',
      version: 'v1',
      kind: 'Pod',
      verbs: ['get', 'patch', 'update'],
      type: 'part',
      ownedFields: RESIZED_FIELDS,
      prepareForUpdate: prepareResize,
      validateUpdate: validateResize,
    },
    status: {
      group: '',
      version: 'v1',
      kind: 'Pod',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      resetFields: ['spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences'],
      prepareForUpdate: preparePodStatus,
      validateUpdate: validatePodStatusUpdate,
      warn: podStatusWarnings,
    },
  },
  columns: podColumns,
  rowConditions: podRowConditions,
  selectableFields: podFields,
  strategy: podStrategy,
};
