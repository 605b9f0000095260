import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, map, message, opt, req, string } from '#machinery/schema/schema.ts';
import { volumeAttributesClassColumns } from './volume-attributes-class-columns.ts';
import { volumeAttributesClassStrategy } from './volume-attributes-class-strategy.ts';

export const VolumeAttributesClass = message(
  'io.k8s.api.storage.v1.VolumeAttributesClass',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    driverName: req(2, string),
    parameters: opt(3, map(string)),
  },
  { description: 'Attributes that volumes can be given later' },
);
export interface VolumeAttributesClass extends Infer<typeof VolumeAttributesClass> {}

export const VolumeAttributesClasses: ResourceDefinition<VolumeAttributesClass> = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  singular: 'volumeattributesclass',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: VolumeAttributesClass,
  shortNames: ['vac'],
  columns: volumeAttributesClassColumns,
  strategy: volumeAttributesClassStrategy,
};
