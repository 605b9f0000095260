import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';
import { ingressClassColumns } from './ingress-class-columns.ts';
import { ingressClassStrategy } from './ingress-class-strategy.ts';

export const IngressClassParametersReference = message('io.k8s.api.networking.v1.IngressClassParametersReference', {
  apiGroup: ptr(1, string),
  kind: req(2, string),
  name: req(3, string),
  scope: ptr(4, string),
  namespace: ptr(5, string),
});
export interface IngressClassParametersReference extends Infer<typeof IngressClassParametersReference> {}

export const IngressClassSpec = message('io.k8s.api.networking.v1.IngressClassSpec', {
  controller: opt(1, string),
  parameters: ptr(2, IngressClassParametersReference),
});
export interface IngressClassSpec extends Infer<typeof IngressClassSpec> {}

export const IngressClass = message(
  'io.k8s.api.networking.v1.IngressClass',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, IngressClassSpec, { description: 'What is wanted' }),
  },
  { description: 'Says which controller serves an Ingress' },
);
export interface IngressClass extends Infer<typeof IngressClass> {}

export const IngressClasses: ResourceDefinition<IngressClass> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IngressClass',
  plural: 'ingressclasses',
  singular: 'ingressclass',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: IngressClass,
  columns: ingressClassColumns,
  strategy: ingressClassStrategy,
};
