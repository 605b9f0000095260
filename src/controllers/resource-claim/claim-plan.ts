import type { Pod } from '#api/core/v1/pod.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { ResourceClaimConsumerReference } from '#api/resource/v1/resource-claim-status.ts';
import type { ResourceClaimTemplate } from '#api/resource/v1/resource-claim-template.ts';
import type { PodGroup } from '#api/scheduling/v1alpha2/pod-group.ts';
import { controllerOf, newControllerReference } from '#controller/owner-references.ts';
import { isPodFinished } from '../shared/pods.ts';

export const FINALIZER = 'resource.kubernetes.io/delete-protection';
/** Which of the claims of its pod or group a generated claim is. */
export const POD_CLAIM = 'resource.kubernetes.io/pod-claim-name';

export interface OwnerKind {
  readonly apiVersion: string;
  readonly kind: string;
}
export const POD: OwnerKind = { apiVersion: 'v1', kind: 'Pod' };
export const POD_GROUP: OwnerKind = { apiVersion: 'scheduling.k8s.io/v1alpha2', kind: 'PodGroup' };

/** Leaves room for the random part of names of 63 characters. */
const MAX_BASE = 57;

/** Whether nothing of a pod runs or ever will. */
export const isPodDone = (pod: Pod): boolean =>
  isPodFinished(pod) || (pod.metadata?.deletionTimestamp !== undefined && !pod.spec?.nodeName);

/** A pod or a group of pods, which has claims that are made for it. */
export type ClaimOwner = Pod | PodGroup;

/** A claim as a template wants it for one pod or group, which call it by a name of their own. */
export function claimFromTemplate(
  owner: ClaimOwner,
  { kind, name }: { readonly kind: OwnerKind; readonly name: string },
  template: ResourceClaimTemplate,
): ResourceClaim {
  const { labels, annotations } = template.spec.metadata ?? {};
  // Its owner goes without waiting for it.
  const { blockOwnerDeletion: _, ...reference } = newControllerReference(owner, kind);
  return {
    metadata: {
      generateName: generateName(owner.metadata?.name ?? '', name),
      namespace: owner.metadata?.namespace,
      ...(labels ? { labels } : {}),
      annotations: { ...annotations, [POD_CLAIM]: name },
      ownerReferences: [reference],
    },
    spec: template.spec.spec,
  };
}

/** Both names are shortened alike where they are too long. */
function generateName(pod: string, claim: string): string {
  const whole = `${pod}-${claim}-`;
  if (whole.length <= MAX_BASE) return whole;
  const part = (name: string) => name.slice(0, Math.floor((name.length * MAX_BASE) / whole.length));
  return `${part(pod)}-${part(claim)}`;
}

/** What is to be written about a claim, in this order. */
export interface ClaimPlan {
  readonly status?: ResourceClaim['status'];
  readonly removeFinalizer: boolean;
  readonly remove: boolean;
}

/**
 * Reservations of pods that are gone are dropped; a claim that nobody reserves any more gives its devices back, and
 * one that was made for a pod that will not run goes. `podOf` gives the pod that holds a reservation while it counts.
 */
export function planClaim(
  claim: ResourceClaim,
  counts: (consumer: ResourceClaimConsumerReference) => boolean,
  owner: Pod | undefined,
): ClaimPlan {
  const reserved = claim.status?.reservedFor ?? [];
  const valid = reserved.filter(counts);
  const guarded = claim.metadata?.finalizers?.includes(FINALIZER) ?? false;
  const dropped = valid.length < reserved.length;
  const leaving = claim.metadata?.deletionTimestamp !== undefined;
  const free = valid.length === 0 && guarded && (dropped || leaving);
  const { reservedFor: _, allocation, ...rest } = claim.status ?? {};
  const status = {
    ...rest,
    ...(allocation && !free ? { allocation } : {}),
    ...(valid.length > 0 ? { reservedFor: valid } : {}),
  };
  return {
    ...(dropped || (free && allocation) ? { status } : {}),
    removeFinalizer: free,
    remove: valid.length === 0 && !leaving && owner !== undefined && isUnneeded(claim, owner),
  };
}

const isUnneeded = (claim: ResourceClaim, owner: Pod): boolean =>
  controllerOf(claim)?.uid !== owner.metadata?.uid || isPodDone(owner);
