import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, bytes, type Infer, map, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { configMapColumns } from './config-map-columns.ts';
import { configMapStrategy } from './config-map-strategy.ts';

export const ConfigMap = message(
  'io.k8s.api.core.v1.ConfigMap',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    immutable: ptr(4, bool, { description: 'Whether the data can no longer change' }),
    data: opt(2, map(string), { description: 'Texts by key' }),
    binaryData: opt(3, map(bytes), { description: 'Bytes by key' }),
  },
  { description: 'Settings as keys and texts' },
);
export interface ConfigMap extends Infer<typeof ConfigMap> {}

export const ConfigMaps: ResourceDefinition<ConfigMap> = {
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  singular: 'configmap',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: ConfigMap,
  shortNames: ['cm'],
  columns: configMapColumns,
  strategy: configMapStrategy,
};
