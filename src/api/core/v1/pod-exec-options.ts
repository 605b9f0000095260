import { bool, type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';

export const PodExecOptions = message('io.k8s.api.core.v1.PodExecOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  stdin: opt(1, bool),
  stdout: opt(2, bool),
  stderr: opt(3, bool),
  tty: opt(4, bool),
  container: opt(5, string),
  command: req(6, list(string)),
});
export interface PodExecOptions extends Infer<typeof PodExecOptions> {}
