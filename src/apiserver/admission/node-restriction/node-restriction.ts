import { table } from '#base/table.ts';
import { splitNodeUser } from '../../user.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader, AdmissionSource } from '../admission-source.ts';
import { forbidden } from '../requests.ts';
import { nodeRefusal } from './node-rules.ts';
import { claimRefusal, csiNodeRefusal, leaseRefusal, requestRefusal, sliceRefusal } from './other-rules.ts';
import { podCertificateRefusal } from './pod-certificate-rule.ts';
import { podEvictionRefusal, podRefusal, podStatusRefusal } from './pod-rules.ts';
import { tokenRefusal } from './token-rules.ts';

/** What the rules go by: what is there, and who may. */
export type NodeRuleSource = AdmissionReader & Pick<AdmissionSource, 'decide'>;

/** Why a node may not do this, in upstream's words; undefined when it may. */
export type NodeRule = (
  node: string,
  attributes: AdmissionAttributes,
  source: NodeRuleSource,
) => string | undefined | Promise<string | undefined>;

const podRule: NodeRule = (node, attributes, source) => {
  const { subresource } = attributes.target;
  if (subresource === '') return podRefusal(node, attributes, source);
  if (subresource === 'status') return podStatusRefusal(node, attributes);
  if (subresource === 'eviction') return podEvictionRefusal(node, attributes, source);
  return `unexpected pod subresource "${subresource}", only 'status' and 'eviction' are allowed`;
};

const RULES = table<NodeRule>({
  '/nodes': nodeRefusal,
  '/persistentvolumeclaims': claimRefusal,
  '/pods': podRule,
  '/serviceaccounts': tokenRefusal,
  'certificates.k8s.io/certificatesigningrequests': requestRefusal,
  'certificates.k8s.io/podcertificaterequests': podCertificateRefusal,
  'coordination.k8s.io/leases': leaseRefusal,
  'resource.k8s.io/resourceslices': sliceRefusal,
  'storage.k8s.io/csinodes': csiNodeRefusal,
});

/** Lets the agent of a node change only what is that node's: itself, its pods, its lease. */
export function createNodeRestriction(source: NodeRuleSource): AdmissionPlugin {
  const check = async (attributes: AdmissionAttributes) => {
    const { user, definition, operation } = attributes;
    const node = splitNodeUser(user);
    if (node === undefined || operation === 'CONNECT') return;
    if (node === '') throw forbidden(attributes, `could not determine node from user ${JSON.stringify(user.name)}`);
    const refusal = await RULES[`${definition.group}/${definition.plural}`]?.(node, attributes, source);
    if (refusal !== undefined) throw forbidden(attributes, refusal);
  };
  return {
    name: 'NodeRestriction',
    mutate: (attributes) => check(attributes),
  };
}
