import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, message, opt, ptr, quantity, req, string } from '#machinery/schema/schema.ts';
import { csiStorageCapacityColumns } from './csi-storage-capacity-columns.ts';
import { csiStorageCapacityStrategy } from './csi-storage-capacity-strategy.ts';

export const CSIStorageCapacity = message(
  'io.k8s.api.storage.v1.CSIStorageCapacity',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    nodeTopology: ptr(2, LabelSelector),
    storageClassName: req(3, string),
    capacity: ptr(4, quantity),
    maximumVolumeSize: ptr(5, quantity),
  },
  { description: 'Room that a driver has left' },
);
export interface CSIStorageCapacity extends Infer<typeof CSIStorageCapacity> {}

export const CSIStorageCapacities: ResourceDefinition<CSIStorageCapacity> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIStorageCapacity',
  plural: 'csistoragecapacities',
  singular: 'csistoragecapacity',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: CSIStorageCapacity,
  columns: csiStorageCapacityColumns,
  strategy: csiStorageCapacityStrategy,
};
