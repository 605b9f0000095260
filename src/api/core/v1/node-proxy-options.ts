import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';

export const NodeProxyOptions = message('io.k8s.api.core.v1.NodeProxyOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  path: opt(1, string),
});
export interface NodeProxyOptions extends Infer<typeof NodeProxyOptions> {}
