import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { ResourceClaim } from './resource-claim.ts';
import type { AllocatedDeviceStatus, ResourceClaimStatus } from './resource-claim-status.ts';

interface Identity {
  readonly driver: string;
  readonly pool: string;
  readonly device: string;
  readonly shareID?: string | undefined;
}

/** One text for each device, or share of one. */
const keyOf = ({ driver, pool, device, shareID = '' }: Identity): string =>
  JSON.stringify([driver, pool, device, shareID]);

/** The devices that a claim had and has no more. */
function deallocated(status: ResourceClaimStatus, old: ResourceClaimStatus): ReadonlySet<string> {
  const kept = new Set((status.allocation?.devices?.results ?? []).map(keyOf));
  return new Set((old.allocation?.devices?.results ?? []).map(keyOf).filter((key) => !kept.has(key)));
}

/** What drivers said of devices goes with them. */
export function dropDeallocatedDevices({ status }: Mutable<ResourceClaim>, old: ResourceClaim): void {
  if (!status?.devices) return;
  const gone = deallocated(status, old.status ?? {});
  const devices = status.devices.filter((device) => !gone.has(keyOf(device)));
  if (devices.length > 0) status.devices = devices;
  else delete status.devices;
}

/** Whose devices are told of otherwise than before, sorted; those that the claim gave up do not count. */
export function driversOfChanges(status: ResourceClaimStatus, old: ResourceClaimStatus): string[] {
  const before = new Map((old.devices ?? []).map((device) => [keyOf(device), device]));
  const drivers = new Set<string>();
  for (const device of status.devices ?? []) {
    const key = keyOf(device);
    if (!deepEqual(device, before.get(key))) drivers.add(device.driver);
    before.delete(key);
  }
  const gone = deallocated(status, old);
  const removed = (device: AllocatedDeviceStatus) => !gone.has(keyOf(device));
  for (const { driver } of [...before.values()].filter(removed)) drivers.add(driver);
  return [...drivers].sort();
}
