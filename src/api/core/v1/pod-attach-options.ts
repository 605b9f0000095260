import { bool, type Infer, message, opt, string } from '#machinery/schema/schema.ts';

export const PodAttachOptions = message('io.k8s.api.core.v1.PodAttachOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  stdin: opt(1, bool),
  stdout: opt(2, bool),
  stderr: opt(3, bool),
  tty: opt(4, bool),
  container: opt(5, string),
});
export interface PodAttachOptions extends Infer<typeof PodAttachOptions> {}
