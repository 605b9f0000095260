import type { Pod } from '#api/core/v1/pod.ts';
import type { DeviceTaint } from '#api/resource/v1/device-selector.ts';
import { toleratesDevice } from '#api/resource/v1/device-toleration.ts';
import type { ResourceClaim } from '#api/resource/v1/resource-claim.ts';
import type { DeviceRequestAllocationResult } from '#api/resource/v1/resource-claim-status.ts';
import { isGroupOf } from '#api/scheduling/v1alpha2/group-claims.ts';
import { isControlledBy } from '#controller/owner-references.ts';
import { boundedSeconds } from '#machinery/objects/seconds.ts';
import { parseTime } from '#machinery/objects/time.ts';

/** A taint, and the UID of the rule that it is from where its driver did not publish it. */
export interface TracedTaint {
  readonly taint: DeviceTaint;
  readonly rule?: string;
}

/** The taints of a device as its pool and the rules have it now. */
export type TaintsOf = (device: DeviceRequestAllocationResult) => readonly TracedTaint[];

/** What a pod's claims are, by their names in its namespace. */
export type ClaimNamed = (name: string) => ResourceClaim | undefined;

export interface Eviction {
  /** In milliseconds since the epoch. */
  readonly at: number;
  /** UIDs of the rules that have to do with it. */
  readonly rules: ReadonlySet<string>;
}

/**
 * When a pod is to go because a device of its claims must not be used any more; undefined when it may stay. Only claims
 * that are reserved for the pod or for its group count.
 */
export function podEviction(pod: Pod, claimNamed: ClaimNamed, taintsOf: TaintsOf): Eviction | undefined {
  if (!pod.spec?.nodeName) return undefined;
  const rules = new Set<string>();
  let first: number | undefined;
  for (const claim of claimsOf(pod, claimNamed)) {
    for (const device of claim.status?.allocation?.devices?.results ?? []) {
      for (const { taint, rule } of taintsOf(device)) {
        const time = evictionTime(device, taint);
        if (time === undefined) continue;
        first = Math.min(first ?? time, time);
        if (rule !== undefined) rules.add(rule);
      }
    }
  }
  return first === undefined ? undefined : { at: first, rules };
}

function claimsOf({ metadata, spec, status }: Pod, claimNamed: ClaimNamed): ResourceClaim[] {
  return (spec?.resourceClaims ?? []).flatMap(({ name, resourceClaimName }) => {
    const generated = status?.resourceClaimStatuses?.find((one) => one.name === name)?.resourceClaimName;
    const claim = claimNamed(resourceClaimName ?? generated ?? '');
    if (claim === undefined) return [];
    const ofGroup = claim.status?.reservedFor?.some((each) => isGroupOf(each, { spec }));
    if (ofGroup) return [claim];
    if (resourceClaimName === undefined && !isControlledBy(claim, { metadata })) return [];
    return claim.status?.reservedFor?.some(({ uid }) => uid === metadata?.uid) ? [claim] : [];
  });
}

/** The end of the toleration; a taint that nothing tolerates counts from when it was added. */
function evictionTime(device: DeviceRequestAllocationResult, taint: DeviceTaint): number | undefined {
  if (taint.effect !== 'NoExecute' || taint.timeAdded === undefined) return undefined;
  const seconds = secondsTolerated(device, taint);
  return seconds === undefined ? undefined : parseTime(taint.timeAdded) + seconds * 1000;
}

/** Undefined for ever, 0 not at all. */
function secondsTolerated({ tolerations = [] }: DeviceRequestAllocationResult, taint: DeviceTaint): number | undefined {
  const covering = tolerations.filter((one) => one.effect === 'NoExecute' && toleratesDevice(one, taint));
  if (covering.length === 0) return 0;
  if (covering.some(({ tolerationSeconds }) => tolerationSeconds === undefined)) return undefined;
  return Math.min(...covering.map(({ tolerationSeconds = 0 }) => Math.max(0, boundedSeconds(tolerationSeconds))));
}
