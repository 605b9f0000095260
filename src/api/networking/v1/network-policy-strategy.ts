import type { Strategy } from '#api/resource-definition.ts';
import type { NetworkPolicy } from './network-policy.ts';
import { validateNetworkPolicy } from './network-policy-validation.ts';

export const networkPolicyStrategy: Strategy<NetworkPolicy> = {
  hasGeneration: true,
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
      for (const port of rule.ports ?? []) port.protocol ??= 'TCP';
    }
    if (spec.policyTypes?.length) return;
    spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
  },
  validate: validateNetworkPolicy,
};
