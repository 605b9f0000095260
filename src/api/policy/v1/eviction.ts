import { DeleteOptions } from '#api/meta/v1/delete-options.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import { type Infer, message, opt, ptr, string } from '#machinery/schema/schema.ts';

export const Eviction = message('io.k8s.api.policy.v1.Eviction', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  metadata: opt(1, ObjectMeta),
  deleteOptions: ptr(2, DeleteOptions),
});
export interface Eviction extends Infer<typeof Eviction> {}
