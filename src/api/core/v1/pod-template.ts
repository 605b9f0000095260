import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';
import { podTemplateColumns } from './pod-template-columns.ts';
import { PodTemplateSpec } from './pod-template-spec.ts';
import { podTemplateStrategy } from './pod-template-strategy.ts';

export const PodTemplate = message('io.k8s.api.core.v1.PodTemplate', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  template: opt(2, PodTemplateSpec),
});
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
