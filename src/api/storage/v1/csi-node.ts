import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, int32, list, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { csiNodeColumns } from './csi-node-columns.ts';
import { csiNodeStrategy } from './csi-node-strategy.ts';

export const VolumeNodeResources = message('io.k8s.api.storage.v1.VolumeNodeResources', {
  count: ptr(1, int32),
});
export interface VolumeNodeResources extends Infer<typeof VolumeNodeResources> {}

export const CSINodeDriver = message('io.k8s.api.storage.v1.CSINodeDriver', {
  name: req(1, string),
  nodeID: req(2, string),
  topologyKeys: opt(3, list(string), { nullWhenEmpty: true }),
  allocatable: ptr(4, VolumeNodeResources),
});
export interface CSINodeDriver extends Infer<typeof CSINodeDriver> {}

export const CSINodeSpec = message('io.k8s.api.storage.v1.CSINodeSpec', {
  drivers: req(1, list(CSINodeDriver), {
    nullWhenEmpty: true,
    patchStrategy: 'merge',
    mergeKey: 'name',
    listType: 'map',
    mapKeys: ['name'],
  }),
});
export interface CSINodeSpec extends Infer<typeof CSINodeSpec> {}

export const CSINode = message(
  'io.k8s.api.storage.v1.CSINode',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, CSINodeSpec, { description: 'What is wanted' }),
  },
  { description: 'The storage drivers of a node' },
);
export interface CSINode extends Infer<typeof CSINode> {}

export const CSINodes: ResourceDefinition<CSINode> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  singular: 'csinode',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: CSINode,
  columns: csiNodeColumns,
  strategy: csiNodeStrategy,
};
