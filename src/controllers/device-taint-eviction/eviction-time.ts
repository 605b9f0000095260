import type { Pod } from '#api/core/v1/pod.ts';
import type { DeviceTaint } from '#api/resource/v1/device-selector.ts';
import { toleratesDevice } from '#api/resource/v1/device-toleration.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { DeviceRequestAllocationResult } from '#api/resource/v1/resource-claim-status.ts';
import { isControlledBy } from '#controller/owner-references.ts';
import { parseTime } from '#machinery/objects/time.ts';

/** The taints of a device as its pool has it now. */
export type TaintsOf = (device: DeviceRequestAllocationResult) => readonly DeviceTaint[];

/** What a pod's claims are, by their names in its namespace. */
export type ClaimNamed = (name: string) => ResourceClaim | undefined;

/**
 * When a pod is to go because a device of its claims must not be used any more, in milliseconds since the epoch;
 * undefined when it may stay. Only claims that are reserved for the pod count.
 */
export function podEvictionTime(pod: Pod, claimNamed: ClaimNamed, taintsOf: TaintsOf): number | undefined {
  if (!pod.spec?.nodeName) return undefined;
  const times = claimsOf(pod, claimNamed).flatMap((claim) => claimEvictionTime(claim, taintsOf) ?? []);
  return times.length > 0 ? Math.min(...times) : undefined;
}

function claimsOf({ metadata, spec, status }: Pod, claimNamed: ClaimNamed): ResourceClaim[] {
  return (spec?.resourceClaims ?? []).flatMap(({ name, resourceClaimName }) => {
    const generated = status?.resourceClaimStatuses?.find((one) => one.name === name)?.resourceClaimName;
    const claim = claimNamed(resourceClaimName ?? generated ?? '');
    if (claim === undefined || (resourceClaimName === undefined && !isControlledBy(claim, { metadata }))) return [];
    return claim.status?.reservedFor?.some(({ uid }) => uid === metadata?.uid) ? [claim] : [];
  });
}

/** The end of the first toleration that ends; a taint that nothing tolerates counts from when it was added. */
function claimEvictionTime({ status }: ResourceClaim, taintsOf: TaintsOf): number | undefined {
  let first: number | undefined;
  for (const device of status?.allocation?.devices?.results ?? []) {
    for (const taint of taintsOf(device)) {
      if (taint.effect !== 'NoExecute' || taint.timeAdded === undefined) continue;
      const seconds = secondsTolerated(device, taint);
      if (seconds === undefined) continue;
      const time = parseTime(taint.timeAdded) + seconds * 1000;
      first = Math.min(first ?? time, time);
    }
  }
  return first;
}

/** Undefined for ever, 0 not at all. */
function secondsTolerated({ tolerations = [] }: DeviceRequestAllocationResult, taint: DeviceTaint): number | undefined {
  const covering = tolerations.filter((one) => one.effect === 'NoExecute' && toleratesDevice(one, taint));
  if (covering.length === 0) return 0;
  if (covering.some(({ tolerationSeconds }) => tolerationSeconds === undefined)) return undefined;
  return Math.min(...covering.map(({ tolerationSeconds = 0 }) => Math.max(0, tolerationSeconds)));
}
