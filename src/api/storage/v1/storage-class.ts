import { TopologySelectorTerm } from '#api/core/v1/topology-selector-term.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, enumeration, type Infer, list, map, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { storageClassColumns } from './storage-class-columns.ts';
import { storageClassStrategy } from './storage-class-strategy.ts';

export const StorageClass = message(
  'io.k8s.api.storage.v1.StorageClass',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    provisioner: req(2, string, { description: 'Driver that makes the volumes' }),
    parameters: opt(3, map(string), { description: 'What the driver is told' }),
    reclaimPolicy: ptr(4, enumeration('Recycle', 'Delete', 'Retain'), {
      description: 'What becomes of volumes that are released',
    }),
    mountOptions: opt(5, list(string)),
    allowVolumeExpansion: ptr(6, bool, { description: 'Whether volumes can grow' }),
    volumeBindingMode: ptr(7, enumeration('Immediate', 'WaitForFirstConsumer'), {
      description: 'When volumes are bound',
    }),
    allowedTopologies: opt(8, list(TopologySelectorTerm)),
  },
  { description: 'How volumes are made' },
);
export interface StorageClass extends Infer<typeof StorageClass> {}

export const StorageClasses: ResourceDefinition<StorageClass> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  singular: 'storageclass',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: StorageClass,
  shortNames: ['sc'],
  columns: storageClassColumns,
  strategy: storageClassStrategy,
};
