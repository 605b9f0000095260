import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';
import { ResourceClaimTemplateSpec } from './resource-claim-spec.ts';
import { resourceClaimTemplateStrategy } from './resource-claim-template-strategy.ts';

export const ResourceClaimTemplate = message(
  'io.k8s.api.resource.v1.ResourceClaimTemplate',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, ResourceClaimTemplateSpec, { description: 'What is wanted' }),
  },
  { description: 'How claims for pods are made' },
);
export interface ResourceClaimTemplate extends Infer<typeof ResourceClaimTemplate> {}

export const ResourceClaimTemplates: ResourceDefinition<ResourceClaimTemplate> = {
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaimTemplate',
  plural: 'resourceclaimtemplates',
  singular: 'resourceclaimtemplate',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: ResourceClaimTemplate,
  strategy: resourceClaimTemplateStrategy,
};
