import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';

export const PodProxyOptions = message('io.k8s.api.core.v1.PodProxyOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  path: opt(1, string),
});
export interface PodProxyOptions extends Infer<typeof PodProxyOptions> {}
