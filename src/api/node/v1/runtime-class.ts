import { Toleration } from '#api/core/v1/affinity.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, list, map, message, opt, ptr, quantity, req, string } from '#machinery/schema/schema.ts';
import { runtimeClassColumns } from './runtime-class-columns.ts';
import { runtimeClassStrategy } from './runtime-class-strategy.ts';

export const Overhead = message('io.k8s.api.node.v1.Overhead', {
  podFixed: opt(1, map(quantity)),
});
export interface Overhead extends Infer<typeof Overhead> {}

export const Scheduling = message('io.k8s.api.node.v1.Scheduling', {
  nodeSelector: opt(1, map(string), { mapType: 'atomic' }),
  tolerations: opt(2, list(Toleration)),
});
export interface Scheduling extends Infer<typeof Scheduling> {}

export const RuntimeClass = message(
  'io.k8s.api.node.v1.RuntimeClass',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    handler: req(2, string, { description: 'Configuration of the container runtime' }),
    overhead: ptr(3, Overhead),
    scheduling: ptr(4, Scheduling),
  },
  { description: 'A way to run containers' },
);
export interface RuntimeClass extends Infer<typeof RuntimeClass> {}

export const RuntimeClasses: ResourceDefinition<RuntimeClass> = {
  group: 'node.k8s.io',
  version: 'v1',
  kind: 'RuntimeClass',
  plural: 'runtimeclasses',
  singular: 'runtimeclass',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: RuntimeClass,
  columns: runtimeClassColumns,
  strategy: runtimeClassStrategy,
};
