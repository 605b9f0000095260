import type { LeaseSpec } from '#api/coordination/v1/lease.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { formatMicroTime } from '#machinery/objects/time.ts';

/**
 * What an instance last saw of the Lease, and when by its own clock. A lease counts from the moment its last change was
 * seen: the times that others wrote are never compared, so their clocks may be wrong.
 */
export interface LeaderObservation {
  readonly spec: LeaseSpec | undefined;
  /** Monotonic milliseconds. */
  readonly at: number;
}

export const observed = (before: LeaderObservation, spec: LeaseSpec | undefined, at: number): LeaderObservation =>
  deepEqual(before.spec, spec) ? before : { spec, at };

/** Whether somebody other than `identity` may still believe to lead. */
export function isHeldByOther({ spec, at }: LeaderObservation, identity: string, now: number): boolean {
  if (!spec?.holderIdentity || spec.holderIdentity === identity) return false;
  return at + (spec.leaseDurationSeconds ?? 0) * 1000 > now;
}

/** The Lease as its new holder, or the one it has had, writes it; `now` is wall-clock milliseconds. */
export function heldSpec(
  before: LeaseSpec | undefined,
  {
    identity,
    leaseDurationMs,
    now,
  }: { readonly identity: string; readonly leaseDurationMs: number; readonly now: number },
): LeaseSpec {
  const time = formatMicroTime(now);
  const same = before?.holderIdentity === identity;
  return {
    ...before,
    holderIdentity: identity,
    leaseDurationSeconds: Math.floor(leaseDurationMs / 1000),
    acquireTime: (same ? before.acquireTime : undefined) ?? time,
    renewTime: time,
    leaseTransitions: before === undefined ? 0 : (before.leaseTransitions ?? 0) + (same ? 0 : 1),
  };
}

/** The Lease as a holder leaves it: free to be taken at once. */
export const releasedSpec = (before: LeaseSpec | undefined, now: number): LeaseSpec => ({
  ...before,
  holderIdentity: '',
  leaseDurationSeconds: 1,
  acquireTime: formatMicroTime(now),
  renewTime: formatMicroTime(now),
});
