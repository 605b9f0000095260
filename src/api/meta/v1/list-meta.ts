import { type Infer, int64, message, opt, ptr, req, string } from '#machinery/schema/schema.ts';

export const ShardInfo = message('io.k8s.apimachinery.pkg.apis.meta.v1.ShardInfo', {
  selector: req(1, string),
});
export interface ShardInfo extends Infer<typeof ShardInfo> {}

export const ListMeta = message('io.k8s.apimachinery.pkg.apis.meta.v1.ListMeta', {
  selfLink: opt(1, string),
  resourceVersion: opt(2, string),
  continue: opt(3, string),
  remainingItemCount: ptr(4, int64),
  shardInfo: ptr(5, ShardInfo),
});
export interface ListMeta extends Infer<typeof ListMeta> {}
