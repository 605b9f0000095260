import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';
import { PodStatus } from './pod-status.ts';

export const PodStatusResult = message('io.k8s.api.core.v1.PodStatusResult', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  status: opt(2, PodStatus),
});
export interface PodStatusResult extends Infer<typeof PodStatusResult> {}
