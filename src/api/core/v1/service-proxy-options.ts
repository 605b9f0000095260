import { type Infer, message, opt, string } from '#machinery/schema/schema.ts';

export const ServiceProxyOptions = message('io.k8s.api.core.v1.ServiceProxyOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  path: opt(1, string),
});
export interface ServiceProxyOptions extends Infer<typeof ServiceProxyOptions> {}
