import { type Infer, int32, list, message, opt, string } from '#machinery/schema/schema.ts';

export const PodPortForwardOptions = message('io.k8s.api.core.v1.PodPortForwardOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  ports: opt(1, list(int32)),
});
export interface PodPortForwardOptions extends Infer<typeof PodPortForwardOptions> {}
