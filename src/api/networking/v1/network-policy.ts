import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  enumeration,
  type Infer,
  int32,
  intOrString,
  list,
  message,
  opt,
  ptr,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { networkPolicyColumns } from './network-policy-columns.ts';
import { networkPolicyStrategy } from './network-policy-strategy.ts';

export const IPBlock = message('io.k8s.api.networking.v1.IPBlock', {
  cidr: req(1, string),
  except: opt(2, list(string)),
});
export interface IPBlock extends Infer<typeof IPBlock> {}

export const NetworkPolicyPort = message('io.k8s.api.networking.v1.NetworkPolicyPort', {
  protocol: ptr(1, enumeration('TCP', 'UDP', 'SCTP')),
  port: ptr(2, intOrString),
  endPort: ptr(3, int32),
});
export interface NetworkPolicyPort extends Infer<typeof NetworkPolicyPort> {}

export const NetworkPolicyPeer = message('io.k8s.api.networking.v1.NetworkPolicyPeer', {
  podSelector: ptr(1, LabelSelector),
  namespaceSelector: ptr(2, LabelSelector),
  ipBlock: ptr(3, IPBlock),
});
export interface NetworkPolicyPeer extends Infer<typeof NetworkPolicyPeer> {}

export const NetworkPolicyIngressRule = message('io.k8s.api.networking.v1.NetworkPolicyIngressRule', {
  ports: opt(1, list(NetworkPolicyPort)),
  from: opt(2, list(NetworkPolicyPeer)),
});
export interface NetworkPolicyIngressRule extends Infer<typeof NetworkPolicyIngressRule> {}

export const NetworkPolicyEgressRule = message('io.k8s.api.networking.v1.NetworkPolicyEgressRule', {
  ports: opt(1, list(NetworkPolicyPort)),
  to: opt(2, list(NetworkPolicyPeer)),
});
export interface NetworkPolicyEgressRule extends Infer<typeof NetworkPolicyEgressRule> {}

export const NetworkPolicySpec = message('io.k8s.api.networking.v1.NetworkPolicySpec', {
  podSelector: opt(1, LabelSelector),
  ingress: opt(2, list(NetworkPolicyIngressRule)),
  egress: opt(3, list(NetworkPolicyEgressRule)),
  policyTypes: opt(4, list(enumeration('Ingress', 'Egress'))),
});
export interface NetworkPolicySpec extends Infer<typeof NetworkPolicySpec> {}

export const NetworkPolicy = message(
  'io.k8s.api.networking.v1.NetworkPolicy',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: opt(2, NetworkPolicySpec, { description: 'What is wanted' }),
  },
  { description: 'Says who may speak to pods, and to whom they may speak' },
);
export interface NetworkPolicy extends Infer<typeof NetworkPolicy> {}

export const NetworkPolicies: ResourceDefinition<NetworkPolicy> = {
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  singular: 'networkpolicy',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: NetworkPolicy,
  shortNames: ['netpol'],
  columns: networkPolicyColumns,
  strategy: networkPolicyStrategy,
};
