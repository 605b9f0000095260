import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { enumeration, type Infer, message, opt, ptr, string, time } from '#machinery/schema/schema.ts';
import { persistentVolumeColumns } from './persistent-volume-columns.ts';
import { persistentVolumeFields } from './persistent-volume-fields.ts';
import { PersistentVolumeSpec } from './persistent-volume-spec.ts';
import { persistentVolumeStrategy } from './persistent-volume-strategy.ts';

export const PersistentVolumeStatus = message('io.k8s.api.core.v1.PersistentVolumeStatus', {
  phase: opt(1, enumeration('Pending', 'Available', 'Bound', 'Released', 'Failed')),
  message: opt(2, string),
  reason: opt(3, string),
  lastPhaseTransitionTime: ptr(4, time),
});
export interface PersistentVolumeStatus extends Infer<typeof PersistentVolumeStatus> {}

export const PersistentVolume = message('io.k8s.api.core.v1.PersistentVolume', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  spec: opt(2, PersistentVolumeSpec),
  status: opt(3, PersistentVolumeStatus),
});
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
    status: { group: '', version: 'v1', kind: 'PersistentVolume', verbs: ['get', 'patch', 'update'], type: 'status' },
  },
  columns: persistentVolumeColumns,
  selectableFields: persistentVolumeFields,
  strategy: persistentVolumeStrategy,
};
