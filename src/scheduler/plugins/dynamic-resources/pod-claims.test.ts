import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import { podClaims } from './pod-claims.ts';

const claim = (...ownerReferences: readonly object[]) =>
  ({ metadata: { name: 'made', namespace: 'default', ownerReferences }, spec: {} }) as unknown as ResourceClaim;
const pod = {
  metadata: { name: 'x', namespace: 'default', uid: 'x' },
  spec: { schedulingGroup: { podGroupName: 'ring' }, resourceClaims: [{ name: 'c', resourceClaimTemplateName: 't' }] },
  status: { resourceClaimStatuses: [{ name: 'c', resourceClaimName: 'made' }] },
} as unknown as Pod;
const ofPod = { apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'x', controller: true };
const ofRing = { apiVersion: 'scheduling.k8s.io/v9', kind: 'PodGroup', name: 'ring', uid: 'r', controller: true };
const refusal = (why: string) => `ResourceClaim default/made was not created for Pod default/x (${why})`;

test.each<[string, ResourceClaim, boolean, string | undefined]>([
  ['of the pod', claim(ofPod), false, undefined],
  ['of nobody', claim(), false, refusal('Pod is not owner')],
  ['of the group, where groups have none', claim(ofRing), false, refusal('Pod is not owner')],
  ['of the group', claim(ofRing), true, undefined],
  [
    'of another group',
    claim({ ...ofRing, name: 'chain' }),
    true,
    refusal('neither Pod nor PodGroup ring is the owner'),
  ],
])('a claim %s', (_, made, byGroup, problem) => {
  expect(podClaims(pod, () => made, byGroup)).toEqual(problem ?? [made]);
});
