import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { enumeration, type Infer, message, opt, ptr, string, time } from '#machinery/schema/schema.ts';
import { persistentVolumeColumns } from './persistent-volume-columns.ts';
import { PersistentVolumeSpec } from './persistent-volume-spec.ts';
import { persistentVolumeStrategy, preparePersistentVolumeStatus } from './persistent-volume-strategy.ts';

export const PersistentVolumeStatus = message('io.k8s.api.core.v1.PersistentVolumeStatus', {
  phase: opt(1, enumeration('Pending', 'Available', 'Bound', 'Released', 'Failed')),
  message: opt(2, string),
  reason: opt(3, string),
  lastPhaseTransitionTime: ptr(4, time),
});
export interface PersistentVolumeStatus extends Infer<typeof PersistentVolumeStatus> {}

export const PersistentVolume = message(
  'io.k8s.api.core.v1.PersistentVolume',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, PersistentVolumeSpec, { description: 'What is wanted' }),
    status: opt(3, PersistentVolumeStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A piece of storage in the cluster' },
);
export interface PersistentVolume extends Infer<typeof PersistentVolume> {}

export const PersistentVolumes: ResourceDefinition<PersistentVolume> = {
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  singular: 'persistentvolume',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: PersistentVolume,
  shortNames: ['pv'],
  subresources: {
    status: {
      group: '',
      version: 'v1',
      kind: 'PersistentVolume',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      prepareForUpdate: preparePersistentVolumeStatus,
    },
  },
  columns: persistentVolumeColumns,
  strategy: persistentVolumeStrategy,
};
