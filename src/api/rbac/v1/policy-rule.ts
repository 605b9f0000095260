import { type Infer, list, message, opt, req, string } from '#machinery/schema/schema.ts';

export const PolicyRule = message(
  'io.k8s.api.rbac.v1.PolicyRule',
  {
    verbs: req(1, list(string), { description: 'What may be done; * is everything' }),
    apiGroups: opt(2, list(string), { description: 'Groups of the resources; "" is the core group' }),
    resources: opt(3, list(string), { description: 'Resources; * is all' }),
    resourceNames: opt(4, list(string), { description: 'Names, where not all objects are meant' }),
    nonResourceURLs: opt(5, list(string), { description: 'Paths that are no resources' }),
  },
  { description: 'What may be done to what' },
);
export interface PolicyRule extends Infer<typeof PolicyRule> {}
