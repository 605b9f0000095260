import { type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';

export const PolicyRule = message('io.k8s.api.rbac.v1.PolicyRule', {
  verbs: req(1, list(string)),
  apiGroups: opt(2, list(string)),
  resources: opt(3, list(string)),
  resourceNames: opt(4, list(string)),
  nonResourceURLs: opt(5, list(string)),
});
export interface PolicyRule extends Infer<typeof PolicyRule> {}
