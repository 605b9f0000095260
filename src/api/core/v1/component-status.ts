import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { enumeration, type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';
import { componentStatusColumns } from './component-status-columns.ts';

export const ComponentCondition = message('io.k8s.api.core.v1.ComponentCondition', {
  type: req(1, enumeration('Healthy')),
  status: req(2, enumeration('True', 'False', 'Unknown')),
  message: opt(3, string),
  error: opt(4, string),
});
export interface ComponentCondition extends Infer<typeof ComponentCondition> {}

export const ComponentStatus = message('io.k8s.api.core.v1.ComponentStatus', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  conditions: opt(2, list(ComponentCondition), {
    patchStrategy: 'merge',
    mergeKey: 'type',
    listType: 'map',
    mapKeys: ['type'],
  }),
});
export interface ComponentStatus extends Infer<typeof ComponentStatus> {}

export const ComponentStatuses: ResourceDefinition<ComponentStatus> = {
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  singular: 'componentstatus',
  namespaced: false,
  verbs: ['get', 'list'],
  schema: ComponentStatus,
  shortNames: ['cs'],
  columns: componentStatusColumns,
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  strategy: {},
};
