import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { type Infer, int32, message, opt, req, string } from '#machinery/schema/schema.ts';

export const ScaleSpec = message('io.k8s.api.autoscaling.v1.ScaleSpec', {
  replicas: opt(1, int32, { default: 0 }),
});
export interface ScaleSpec extends Infer<typeof ScaleSpec> {}

export const ScaleStatus = message('io.k8s.api.autoscaling.v1.ScaleStatus', {
  replicas: req(1, int32),
  selector: opt(2, string),
});
export interface ScaleStatus extends Infer<typeof ScaleStatus> {}

export const Scale = message('io.k8s.api.autoscaling.v1.Scale', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  spec: opt(2, ScaleSpec),
  status: opt(3, ScaleStatus),
});
export interface Scale extends Infer<typeof Scale> {}
