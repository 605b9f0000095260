import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';
import { ObjectReference } from './references.ts';

export const Binding = message('io.k8s.api.core.v1.Binding', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  target: req(2, ObjectReference),
});
export interface Binding extends Infer<typeof Binding> {}

export const Bindings: ResourceDefinition<Binding> = {
  group: '',
  version: 'v1',
  kind: 'Binding',
  plural: 'bindings',
  singular: 'binding',
  namespaced: true,
  verbs: ['create'],
  schema: Binding,
  strategy: {},
};
