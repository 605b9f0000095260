import { type Infer, message, rawExtension, req, string } from '#machinery/schema/schema.ts';

export const WatchEvent = message('io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent', {
  type: req(1, string),
  object: req(2, rawExtension),
});
export interface WatchEvent extends Infer<typeof WatchEvent> {}
