import { type Infer, message, req, string } from '#machinery/schema/schema.ts';

export const GroupVersionKind = message('io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionKind', {
  group: req(1, string),
  version: req(2, string),
  kind: req(3, string),
});
export interface GroupVersionKind extends Infer<typeof GroupVersionKind> {}

export const GroupVersionResource = message('io.k8s.apimachinery.pkg.apis.meta.v1.GroupVersionResource', {
  group: req(1, string),
  version: req(2, string),
  resource: req(3, string),
});
export interface GroupVersionResource extends Infer<typeof GroupVersionResource> {}
