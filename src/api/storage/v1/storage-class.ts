import { TopologySelectorTerm } from '#api/core/v1/topology-selector-term.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, enumeration, type Infer, list, map, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { storageClassColumns } from './storage-class-columns.ts';
import { storageClassStrategy } from './storage-class-strategy.ts';

export const StorageClass = message('io.k8s.api.storage.v1.StorageClass', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  provisioner: req(2, string),
  parameters: opt(3, map(string)),
  reclaimPolicy: ptr(4, enumeration('Recycle', 'Delete', 'Retain')),
  mountOptions: opt(5, list(string)),
  allowVolumeExpansion: ptr(6, bool),
  volumeBindingMode: ptr(7, enumeration('Immediate', 'WaitForFirstConsumer')),
  allowedTopologies: opt(8, list(TopologySelectorTerm)),
});
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
