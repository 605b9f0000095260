import { checkText, requireText } from '#api/checks.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodResourceClaim } from '#api/core/v1/pod-spec.ts';
import { checkSet } from '#api/resource/v1/resource-checks.ts';
import type { ResourceClaimConsumerReference } from '#api/resource/v1/resource-claim-status.ts';
import { type FieldError, type FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { type Infer, message, ptr, req, string } from '#machinery/schema/schema.ts';
import type { PodGroup } from './pod-group.ts';

export const PodGroupResourceClaim = message('io.k8s.api.scheduling.v1alpha2.PodGroupResourceClaim', {
  name: req(1, string, { description: 'Name among the claims of the group' }),
  resourceClaimName: ptr(2, string, { description: 'A claim that is reserved for the group' }),
  resourceClaimTemplateName: ptr(3, string, { description: 'What a claim of the group is made from' }),
});
export interface PodGroupResourceClaim extends Infer<typeof PodGroupResourceClaim> {}

const GROUP = 'scheduling.k8s.io';
/** As many as a group may have. */
export const MOST_GROUP_CLAIMS = 4;

/** The claims that the pods of a group share: few, each of another name and from one source. */
export const validateGroupClaims = (
  claims: readonly PodGroupResourceClaim[] | undefined,
  field: FieldPath,
): FieldError[] =>
  checkSet(claims, field, {
    most: MOST_GROUP_CLAIMS,
    key: ({ name }) => name,
    check: (claim, at) => [
      ...requireText(at.child('name'), claim.name, isDNS1123Label),
      ...validateSource(claim, at),
      ...SOURCES.flatMap((name) => checkText(at.child(name), claim[name] ?? 'absent', isDNS1123Subdomain)),
    ],
  });

const SOURCES = ['resourceClaimName', 'resourceClaimTemplateName'] as const;

function validateSource(claim: PodGroupResourceClaim, at: FieldPath): FieldError[] {
  const given = SOURCES.filter((name) => claim[name] !== undefined);
  const known = SOURCES.map((name) => `\`${name}\``).join(', ');
  if (given.length === 0) return [invalid(at, '', `must specify one of: ${known}`)];
  return given.length > 1 ? [invalid(at, `{${given.join(', ')}}`, `must specify exactly one of: ${known}`)] : [];
}

/** The claim of its group that a pod's claim stands for: of the same name and from the same source. */
export const groupClaimOf = (
  group: PodGroup | undefined,
  { name, resourceClaimName, resourceClaimTemplateName }: PodResourceClaim,
): PodGroupResourceClaim | undefined =>
  group?.spec?.resourceClaims?.find(
    (each) =>
      each.name === name &&
      each.resourceClaimName === resourceClaimName &&
      each.resourceClaimTemplateName === resourceClaimTemplateName,
  );

/** Who a claim is reserved for when a pod uses it: the pod, or its group where it is the group's claim. */
export function consumerOf(
  { metadata }: Pod,
  group: PodGroup | undefined,
  podClaim: PodResourceClaim | undefined,
): ResourceClaimConsumerReference {
  if (group && podClaim && groupClaimOf(group, podClaim)) {
    const { name = '', uid = '' } = group.metadata ?? {};
    return { apiGroup: GROUP, resource: 'podgroups', name, uid };
  }
  return { resource: 'pods', name: metadata?.name ?? '', uid: metadata?.uid ?? '' };
}

/** Whether a claim is reserved for some group. */
export const isGroup = ({ apiGroup, resource }: ResourceClaimConsumerReference): boolean =>
  apiGroup === GROUP && resource === 'podgroups';

/** Whether a claim is reserved for the group that a pod names. Groups are not replaced while they have pods: the name will do. */
export const isGroupOf = (consumer: ResourceClaimConsumerReference, { spec }: Pod): boolean =>
  isGroup(consumer) && consumer.name === spec?.schedulingGroup?.podGroupName;
