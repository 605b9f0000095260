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
  time,
} from '#machinery/schema/schema.ts';
import { persistentVolumeClaimColumns } from './persistent-volume-claim-columns.ts';
import { PersistentVolumeClaimSpec } from './persistent-volume-claim-spec.ts';
import { persistentVolumeClaimStrategy } from './persistent-volume-claim-strategy.ts';
import { validatePersistentVolumeClaimStatus } from './persistent-volume-claim-validation.ts';

export const ModifyVolumeStatus = message('io.k8s.api.core.v1.ModifyVolumeStatus', {
  targetVolumeAttributesClassName: opt(1, string),
  status: req(2, enumeration('Pending', 'InProgress', 'Infeasible')),
});
export interface ModifyVolumeStatus extends Infer<typeof ModifyVolumeStatus> {}

export const PersistentVolumeClaimCondition = message('io.k8s.api.core.v1.PersistentVolumeClaimCondition', {
  type: req(
    1,
    enumeration(
      'Resizing',
      'FileSystemResizePending',
      'ControllerResizeError',
      'NodeResizeError',
      'ModifyVolumeError',
      'ModifyingVolume',
      'Unused',
    ),
  ),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  lastProbeTime: opt(3, time),
  lastTransitionTime: opt(4, time),
  reason: opt(5, string),
  message: opt(6, string),
});
export interface PersistentVolumeClaimCondition extends Infer<typeof PersistentVolumeClaimCondition> {}

export const PersistentVolumeClaimStatus = message('io.k8s.api.core.v1.PersistentVolumeClaimStatus', {
  phase: opt(1, enumeration('Pending', 'Bound', 'Lost')),
  accessModes: opt(2, list(enumeration('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'))),
  capacity: opt(3, map(quantity)),
  conditions: opt(4, list(PersistentVolumeClaimCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
  allocatedResources: opt(5, map(quantity)),
  allocatedResourceStatuses: opt(
    7,
    map(
      enumeration(
        'ControllerResizeInProgress',
        'ControllerResizeInfeasible',
        'NodeResizePending',
        'NodeResizeInProgress',
        'NodeResizeInfeasible',
      ),
    ),
    { mapType: 'granular' },
  ),
  currentVolumeAttributesClassName: ptr(8, string),
  modifyVolumeStatus: ptr(9, ModifyVolumeStatus),
});
export interface PersistentVolumeClaimStatus extends Infer<typeof PersistentVolumeClaimStatus> {}

export const PersistentVolumeClaim = message(
  'io.k8s.api.core.v1.PersistentVolumeClaim',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, PersistentVolumeClaimSpec, { description: 'What is wanted' }),
    status: opt(3, PersistentVolumeClaimStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A request for storage' },
);
export interface PersistentVolumeClaim extends Infer<typeof PersistentVolumeClaim> {}

export const PersistentVolumeClaims: ResourceDefinition<PersistentVolumeClaim> = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  singular: 'persistentvolumeclaim',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: PersistentVolumeClaim,
  shortNames: ['pvc'],
  subresources: {
    status: {
      group: '',
      version: 'v1',
      kind: 'PersistentVolumeClaim',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validatePersistentVolumeClaimStatus,
    },
  },
  columns: persistentVolumeClaimColumns,
  strategy: persistentVolumeClaimStrategy,
};
