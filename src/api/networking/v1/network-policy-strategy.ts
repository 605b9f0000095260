import type { Strategy } from '#api/resource-definition.ts';
import { cidrWarnings } from '#machinery/names/ip-checks.ts';
import type { NetworkPolicy, NetworkPolicyPeer } from './network-policy.ts';
import { validateNetworkPolicyCreate, validateNetworkPolicyUpdate } from './network-policy-validation.ts';

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
  validateCreate: validateNetworkPolicyCreate,
  validateUpdate: validateNetworkPolicyUpdate,
  warn: ({ spec }) => [
    ...(spec?.ingress ?? []).flatMap(({ from }, position) => peerWarnings(from, `spec.ingress[${position}].from`)),
    ...(spec?.egress ?? []).flatMap(({ to }, position) => peerWarnings(to, `spec.egress[${position}].to`)),
  ],
};

/** Networks that are not written as they should be. */
const peerWarnings = (peers: readonly NetworkPolicyPeer[] = [], field: string): string[] =>
  peers.flatMap(({ ipBlock }, position) => {
    if (ipBlock === undefined) return [];
    const at = `${field}[${position}].ipBlock`;
    return [
      ...cidrWarnings(`${at}.cidr`, ipBlock.cidr),
      ...(ipBlock.except ?? []).flatMap((network, index) => cidrWarnings(`${at}.except[${index}]`, network)),
    ];
  });
