import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { type Infer, message, opt } from '#machinery/schema/schema.ts';
import { PodSpec } from './pod-spec.ts';

export const PodTemplateSpec = message('io.k8s.api.core.v1.PodTemplateSpec', {
  metadata: opt(1, ObjectMeta),
  spec: opt(2, PodSpec),
});
export interface PodTemplateSpec extends Infer<typeof PodTemplateSpec> {}
