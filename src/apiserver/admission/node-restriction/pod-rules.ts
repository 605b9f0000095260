import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { newNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { AdmissionReader } from '../admission-source.ts';
import type { NodeRule } from './node-restriction.ts';
import { referencedByPod } from './pod-references.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const PODS = { group: '', resource: 'pods' };

/** A node makes only the mirrors of pods that it runs by itself, and deletes only its own. */
export const podRefusal: NodeRule = (node, { operation, object, oldObject }, source) => {
  if (operation === 'CREATE') return mirrorRefusal(node, object as Pod, source);
  if (operation !== 'DELETE') {
    return `unexpected operation "${operation}", node "${node}" can only create and delete mirror pods`;
  }
  return (oldObject as Pod).spec?.nodeName === node
    ? undefined
    : `node "${node}" can only delete pods with spec.nodeName set to itself`;
};

export const podStatusRefusal = (
  node: string,
  { operation, object, oldObject }: Parameters<NodeRule>[1],
): string | undefined => {
  if (operation !== 'UPDATE') return `unexpected operation "${operation}"`;
  const pod = object as Pod;
  const old = oldObject as Pod;
  if (old.spec?.nodeName !== node) {
    return `node "${node}" can only update pod status for pods with spec.nodeName set to itself`;
  }
  if (!deepEqual(pod.metadata?.labels ?? {}, old.metadata?.labels ?? {})) {
    return `node "${node}" cannot update labels through pod status`;
  }
  const sameClaims =
    deepEqual(pod.status?.resourceClaimStatuses ?? [], old.status?.resourceClaimStatuses ?? []) &&
    deepEqual(pod.status?.extendedResourceClaimStatus, old.status?.extendedResourceClaimStatus);
  return sameClaims ? undefined : `node "${node}" cannot update resource claim statues`;
};

export const podEvictionRefusal: NodeRule = (node, { operation, target, object }, source) => {
  if (operation !== 'CREATE') return `unexpected operation ${operation}`;
  const name = target.name || object?.metadata?.name || '';
  if (name === '') return 'could not determine pod from request data';
  const pod = source.get(Pods, target.namespace, name);
  if (pod === undefined) throw newNotFound(PODS, name);
  return pod.spec?.nodeName === node ? undefined : `node ${node} can only evict pods with spec.nodeName set to itself`;
};

function mirrorRefusal(node: string, pod: Pod, source: AdmissionReader): string | undefined {
  if (pod.metadata?.annotations?.[MIRROR] === undefined) {
    return `pod does not have "${MIRROR}" annotation, node "${node}" can only create mirror pods`;
  }
  if (pod.spec?.nodeName !== node) return `node "${node}" can only create pods with spec.nodeName set to itself`;
  const refusal = ownerRefusal(node, pod, source);
  if (refusal !== undefined) return refusal;
  // What such a pod named the node could read.
  const referenced = referencedByPod(pod);
  return referenced === undefined ? undefined : `node "${node}" can not create pods that reference ${referenced}`;
}

function ownerRefusal(node: string, { metadata }: Pod, source: AdmissionReader): string | undefined {
  const [owner, ...others] = metadata?.ownerReferences ?? [];
  if (others.length > 0) return `node "${node}" can only create pods with a single owner reference set to itself`;
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) {
    return `node "${node}" can only create pods with an owner reference set to itself`;
  }
  if (!owner.controller) return `node "${node}" can only create pods with a controller owner reference set to itself`;
  if (owner.blockOwnerDeletion) return `node "${node}" must not set blockOwnerDeletion on an owner reference`;
  const known = source.get(Nodes, '', node);
  if (known === undefined) throw newNotFound({ group: '', resource: 'nodes' }, node);
  const uid = known.metadata?.uid;
  return owner.uid === uid ? undefined : `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`;
}
