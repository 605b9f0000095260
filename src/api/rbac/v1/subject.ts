import { type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';

export const Subject = message(
  'io.k8s.api.rbac.v1.Subject',
  {
    kind: req(1, string),
    apiGroup: opt(2, string),
    name: req(3, string),
    namespace: opt(4, string),
  },
  { atomic: true },
);
export interface Subject extends Infer<typeof Subject> {}
