import type { Pod } from '#api/core/v1/pod.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';

/** As many pods as may share a claim. */
const MAX_CONSUMERS = 256;

type PodClaim = NonNullable<NonNullable<Pod['spec']>['resourceClaims']>[number];

/** The claims that a pod refers to, or why it cannot be scheduled yet. Claims that were found to be not needed are left out. */
export function podClaims(pod: Pod, get: (key: string) => ResourceClaim | undefined): ResourceClaim[] | string {
  const claims: ResourceClaim[] = [];
  const { namespace = '', name: podName = '' } = pod.metadata ?? {};
  for (const podClaim of pod.spec?.resourceClaims ?? []) {
    const name = nameOf(pod, podClaim);
    if (name === undefined) return `pod "${namespace}/${podName}": ResourceClaim not created yet`;
    if (name === '') continue;
    const claim = get(`${namespace}/${name}`);
    if (claim === undefined) return `could not find ResourceClaim "${namespace}/${name}"`;
    if (claim.metadata?.deletionTimestamp) return `resourceclaim "${name}" is being deleted`;
    if (podClaim.resourceClaimTemplateName !== undefined && !isOwned(claim, pod)) {
      return `ResourceClaim ${namespace}/${name} was not created for pod ${namespace}/${podName} (pod is not owner)`;
    }
    claims.push(claim);
  }
  return claims;
}

/** '' when no claim was made because none is needed, undefined when it is not made yet. */
function nameOf({ status }: Pod, { name, resourceClaimName, resourceClaimTemplateName }: PodClaim): string | undefined {
  if (resourceClaimTemplateName === undefined) return resourceClaimName ?? '';
  const made = status?.resourceClaimStatuses?.find((each) => each.name === name);
  return made && (made.resourceClaimName ?? '');
}

/** Whether a pod says that it needs a claim. */
export function mentions({ metadata, spec, status }: Pod, { metadata: claim }: ResourceClaim): boolean {
  if (metadata?.namespace !== claim?.namespace) return false;
  return (
    (spec?.resourceClaims ?? []).some(({ resourceClaimName }) => resourceClaimName === claim?.name) ||
    (status?.resourceClaimStatuses ?? []).some(({ resourceClaimName }) => resourceClaimName === claim?.name)
  );
}

export const isOwned = ({ metadata }: ResourceClaim, pod: Pod): boolean =>
  (metadata?.ownerReferences ?? []).some(({ uid, controller }) => controller === true && uid === pod.metadata?.uid);

export const isReservedFor = ({ status }: ResourceClaim, { metadata }: Pod): boolean =>
  (status?.reservedFor ?? []).some(({ uid }) => uid === metadata?.uid);

/** Whether another pod may share a claim. */
export const canBeShared = ({ status }: ResourceClaim): boolean => (status?.reservedFor?.length ?? 0) < MAX_CONSUMERS;
