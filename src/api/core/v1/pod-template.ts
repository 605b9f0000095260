import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';
import { podTemplateColumns } from './pod-template-columns.ts';
import { PodTemplateSpec } from './pod-template-spec.ts';
import { podTemplateStrategy } from './pod-template-strategy.ts';

export const PodTemplate = message(
  'io.k8s.api.core.v1.PodTemplate',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    template: opt(2, PodTemplateSpec),
  },
  { description: 'A template of pods on its own' },
);
export interface PodTemplate extends Infer<typeof PodTemplate> {}

export const PodTemplates: ResourceDefinition<PodTemplate> = {
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  singular: 'podtemplate',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: PodTemplate,
  columns: podTemplateColumns,
  strategy: podTemplateStrategy,
};
