import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import type { DeviceTaint, DeviceToleration } from '#api/resource/v1/device-selector.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { podEviction } from './eviction-time.ts';

const START = Date.UTC(2026, 0, 1);
const taint = (effect: string, seconds = 0, key = 'broken') =>
  ({ key, effect, timeAdded: formatTime(START + seconds * 1000) }) as DeviceTaint;
const tolerate = (more: Partial<DeviceToleration>) =>
  ({ key: 'broken', operator: 'Exists', effect: 'NoExecute', ...more }) as DeviceToleration;

const POD: Pod = {
  metadata: { name: 'web', namespace: 'default', uid: 'pod' },
  spec: { nodeName: 'node-1', containers: [], resourceClaims: [{ name: 'gpu', resourceClaimName: 'claim' }] },
};
const GENERATED: Pod = {
  ...POD,
  spec: { nodeName: 'node-1', containers: [], resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'gpus' }] },
  status: { resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'claim' }] },
} as Pod;
const claim = (tolerations: readonly DeviceToleration[], more: object = {}): ResourceClaim =>
  ({
    metadata: { name: 'claim', namespace: 'default', ...more },
    status: {
      reservedFor: [{ resource: 'pods', name: 'web', uid: 'pod' }],
      allocation: { devices: { results: [{ request: 'gpu', driver: 'x', pool: 'p', device: 'd', tolerations }] } },
    },
  }) as unknown as ResourceClaim;
const OWN = { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'web', uid: 'pod', controller: true }] };

test.each<[string, Pod, ResourceClaim, readonly DeviceTaint[], number | undefined]>([
  ['a device without taints may stay', POD, claim([]), [], undefined],
  ['one that takes no new users may stay', POD, claim([]), [taint('NoSchedule'), taint('None')], undefined],
  ['a taint counts from when it was added', POD, claim([]), [taint('NoExecute', 5)], 5],
  ['the first of several counts', POD, claim([]), [taint('NoExecute', 5), taint('NoExecute', 3, 'hot')], 3],
  ['an endless toleration lets it stay', POD, claim([tolerate({})]), [taint('NoExecute')], undefined],
  ['a toleration has an end', POD, claim([tolerate({ tolerationSeconds: 30 })]), [taint('NoExecute', 5)], 35],
  [
    'the shorter of two tolerations ends it',
    POD,
    claim([tolerate({ tolerationSeconds: 30 }), tolerate({ key: '', tolerationSeconds: 10 })]),
    [taint('NoExecute')],
    10,
  ],
  ['a negative time is none', POD, claim([tolerate({ tolerationSeconds: -5 })]), [taint('NoExecute', 5)], 5],
  ['a toleration of another taint does not count', POD, claim([tolerate({ key: 'x' })]), [taint('NoExecute')], 0],
  [
    'one for every effect does not count against this one',
    POD,
    claim([{ ...tolerate({}), effect: undefined } as unknown as DeviceToleration]),
    [taint('NoExecute')],
    0,
  ],
  [
    'a pod that is not bound has nothing to leave',
    { ...POD, spec: { ...POD.spec, nodeName: '' } } as Pod,
    claim([]),
    [taint('NoExecute')],
    undefined,
  ],
  [
    'a claim that is reserved for others is not its own',
    { ...POD, metadata: { ...POD.metadata, uid: 'other' } },
    claim([]),
    [taint('NoExecute')],
    undefined,
  ],
  ['a claim that was made for it counts', GENERATED, claim([], OWN), [taint('NoExecute')], 0],
  ['a namesake of such a claim does not', GENERATED, claim([]), [taint('NoExecute')], undefined],
])('%s', (_, pod, of, taints, want) => {
  const eviction = podEviction(
    pod,
    (name) => (name === 'claim' ? of : undefined),
    () => taints.map((each) => ({ taint: each })),
  );
  expect(eviction === undefined ? undefined : (eviction.at - START) / 1000).toBe(want);
});

test('every rule that a pod does not tolerate for ever has to do with its going', () => {
  const rules = [
    { taint: taint('NoExecute', 9), rule: 'late' },
    { taint: taint('NoExecute', 2, 'hot'), rule: 'first' },
    { taint: taint('NoSchedule', 1), rule: 'idle' },
  ];
  const eviction = podEviction(
    POD,
    () => claim([]),
    () => rules,
  );
  expect(eviction).toEqual({ at: START + 2000, rules: new Set(['late', 'first']) });
});
