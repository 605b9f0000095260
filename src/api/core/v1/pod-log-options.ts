import { bool, type Infer, int64, message, opt, ptr, string, time } from '#machinery/schema/schema.ts';

export const PodLogOptions = message('io.k8s.api.core.v1.PodLogOptions', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  container: opt(1, string),
  follow: opt(2, bool),
  previous: opt(3, bool),
  sinceSeconds: ptr(4, int64),
  sinceTime: ptr(5, time),
  timestamps: opt(6, bool),
  tailLines: ptr(7, int64),
  limitBytes: ptr(8, int64),
  insecureSkipTLSVerifyBackend: opt(9, bool),
  stream: ptr(10, string),
});
export interface PodLogOptions extends Infer<typeof PodLogOptions> {}
