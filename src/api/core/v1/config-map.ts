import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { bool, bytes, type Infer, map, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { configMapColumns } from './config-map-columns.ts';
import { configMapStrategy } from './config-map-strategy.ts';

export const ConfigMap = message('io.k8s.api.core.v1.ConfigMap', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  immutable: ptr(4, bool),
  data: opt(2, map(string)),
  binaryData: opt(3, map(bytes)),
});
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
