import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { type Infer, message, opt } from '#machinery/schema/schema.ts';
import { PodSpec } from './pod-spec.ts';

export const PodTemplateSpec = message(
  'io.k8s.api.core.v1.PodTemplateSpec',
  {
    metadata: opt(1, ObjectMeta, { description: 'Labels and annotations of the pods' }),
    spec: opt(2, PodSpec, { description: 'Spec of the pods' }),
  },
  { description: 'Pods as they are made' },
);
export interface PodTemplateSpec extends Infer<typeof PodTemplateSpec> {}
