import type { Node } from '#api/core/v1/node.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { NodeRule } from './node-restriction.ts';

const OWN_LABELS = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'node.kubernetes.io/instance-type',
  'beta.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
]);
const OWN_DOMAINS = ['kubelet.kubernetes.io', 'node.kubernetes.io'];
/** Labels by which administrators keep nodes apart. */
const RESTRICTED_DOMAIN = 'node-restriction.kubernetes.io';

/** A node changes only itself, without taints or labels that would draw pods to it. */
export const nodeRefusal: NodeRule = (name, { target, operation, object, oldObject }) => {
  if (target.name !== name) {
    return `node "${name}" is not allowed to modify node "${target.name}"`;
  }
  if (operation !== 'CREATE' && operation !== 'UPDATE') return undefined;
  const node = object as Node;
  const old = oldObject as Node | undefined;
  const labels = changedLabels(node, old).filter(isForeign).sort().join(', ');
  if (operation === 'CREATE') {
    if (node.spec?.configSource) return `node "${name}" is not allowed to create pods with a non-nil configSource`;
    return labels === '' ? undefined : `node "${name}" is not allowed to set the following labels: ${labels}`;
  }
  if (node.spec?.configSource && !deepEqual(node.spec.configSource, old?.spec?.configSource)) {
    return `node "${name}" is not allowed to update configSource to a new non-nil configSource`;
  }
  if (!deepEqual(node.spec?.taints ?? [], old?.spec?.taints ?? [])) {
    return `node "${name}" is not allowed to modify taints`;
  }
  // An owner that does not exist would have the node deleted, which then could come back as another one.
  if (!deepEqual(node.metadata?.ownerReferences ?? [], old?.metadata?.ownerReferences ?? [])) {
    return `node "${name}" is not allowed to modify ownerReferences`;
  }
  return labels === '' ? undefined : `is not allowed to modify labels: ${labels}`;
};

function changedLabels(node: Node, old: Node | undefined): string[] {
  const now = node.metadata?.labels ?? {};
  const before = old?.metadata?.labels ?? {};
  return [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((key) => now[key] !== before[key]);
}

const isIn = (domain: string, parent: string): boolean => domain === parent || domain.endsWith(`.${parent}`);

function isForeign(key: string): boolean {
  const domain = key.includes('/') ? (key.split('/')[0] as string) : '';
  if (isIn(domain, RESTRICTED_DOMAIN)) return true;
  const isKubernetes = isIn(domain, 'kubernetes.io') || isIn(domain, 'k8s.io');
  return isKubernetes && !OWN_LABELS.has(key) && !OWN_DOMAINS.some((own) => isIn(domain, own));
}
