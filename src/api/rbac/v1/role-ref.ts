import { type Infer, message, opt, req, string } from '#machinery/schema/schema.ts';

export const RoleRef = message(
  'io.k8s.api.rbac.v1.RoleRef',
  {
    apiGroup: opt(1, string, { shown: 'zero' }),
    kind: req(2, string),
    name: req(3, string),
  },
  { atomic: true },
);
export interface RoleRef extends Infer<typeof RoleRef> {}
