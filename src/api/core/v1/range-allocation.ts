import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { bytes, type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';

export const RangeAllocation = message('io.k8s.api.core.v1.RangeAllocation', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  range: req(2, string),
  data: req(3, bytes),
});
export interface RangeAllocation extends Infer<typeof RangeAllocation> {}
