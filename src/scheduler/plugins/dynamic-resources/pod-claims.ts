import type { Pod } from '#api/core/v1/pod.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { ResourceClaimConsumerReference } from '#api/resource/v1/resource-claim-status.ts';
import { consumerOf, isGroupOf } from '#api/scheduling/v1alpha2/group-claims.ts';
import type { PodGroup } from '#api/scheduling/v1alpha2/pod-group.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';

/** As many pods as may share a claim. */
const MAX_CONSUMERS = 256;

/** Whether groups of pods have claims, too. */
export const hasGroupClaims = ({ featureGates }: Pick<PluginContext, 'featureGates'>): boolean =>
  featureGates?.has('DRAWorkloadResourceClaims') ?? false;

type PodClaim = NonNullable<NonNullable<Pod['spec']>['resourceClaims']>[number];

/**
 * The claims that a pod refers to, or why it cannot be scheduled yet. Claims that were found to be not needed are left out.
 * Those that were made for the pod's group will do where groups have claims (`byGroup`).
 */
export function podClaims(
  pod: Pod,
  get: (key: string) => ResourceClaim | undefined,
  byGroup: boolean,
): ResourceClaim[] | string {
  const claims: ResourceClaim[] = [];
  const { namespace = '', name: podName = '' } = pod.metadata ?? {};
  for (const podClaim of pod.spec?.resourceClaims ?? []) {
    const name = nameOf(pod, podClaim);
    if (name === undefined) return `pod "${namespace}/${podName}": ResourceClaim not created yet`;
    if (name === '') continue;
    const claim = get(`${namespace}/${name}`);
    if (claim === undefined) return `could not find ResourceClaim "${namespace}/${name}"`;
    if (claim.metadata?.deletionTimestamp) return `resourceclaim "${name}" is being deleted`;
    if (
      podClaim.resourceClaimTemplateName !== undefined &&
      !isOwned(claim, pod) &&
      !(byGroup && isOfGroup(claim, pod))
    ) {
      const group = byGroup ? pod.spec?.schedulingGroup?.podGroupName : undefined;
      const why = group ? `neither Pod nor PodGroup ${group} is the owner` : 'Pod is not owner';
      return `ResourceClaim ${namespace}/${name} was not created for Pod ${namespace}/${podName} (${why})`;
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

/** Whether a claim was made for the group that a pod names. */
const isOfGroup = ({ metadata }: ResourceClaim, { spec }: Pod): boolean =>
  (metadata?.ownerReferences ?? []).some(
    ({ controller, apiVersion, kind, name }) =>
      controller === true &&
      apiVersion.startsWith('scheduling.k8s.io/') &&
      kind === 'PodGroup' &&
      name === spec?.schedulingGroup?.podGroupName,
  );

/** Whether a claim is reserved for a pod, or for its group where that will do (`byGroup`). */
export const isReservedFor = ({ status }: ResourceClaim, pod: Pod, byGroup: boolean): boolean =>
  (status?.reservedFor ?? []).some((each) => each.uid === pod.metadata?.uid || (byGroup && isGroupOf(each, pod)));

/** Whom a claim of a pod is to be reserved for; `group` is the pod's where groups have claims. */
export const consumerFor = (
  claim: ResourceClaim,
  pod: Pod,
  group: PodGroup | undefined,
): ResourceClaimConsumerReference =>
  consumerOf(
    pod,
    group,
    pod.spec?.resourceClaims?.find((each) => nameOf(pod, each) === claim.metadata?.name),
  );

/** Whether another pod may share a claim. */
export const canBeShared = ({ status }: ResourceClaim): boolean => (status?.reservedFor?.length ?? 0) < MAX_CONSUMERS;
