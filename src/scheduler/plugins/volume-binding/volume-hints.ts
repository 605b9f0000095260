import type { CSIDriver } from '#api/storage/v1/csi-driver.ts';
import type { CSIStorageCapacity } from '#api/storage/v1/csi-storage-capacity.ts';
import type { StorageClass } from '#api/storage/v1/storage-class.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { QueueingHint } from '../../framework/plugin.ts';
import { amountOf } from '../../state/pod-resources.ts';

/** Where its volumes may be is all that can change about a class and matters here. */
export const allowsOtherPlaces: QueueingHint = (_pod, now, old) =>
  !deepEqual((now as StorageClass).allowedTopologies, (old as StorageClass | undefined)?.allowedTopologies);

/** A driver no longer tells how much it has left, so that nothing is too large for it. */
export const stopsCounting: QueueingHint = (_pod, now, old) =>
  (old as CSIDriver | undefined)?.spec?.storageCapacity === true && !(now as CSIDriver).spec?.storageCapacity;

/** Larger volumes can be made than before. */
export const hasMoreRoom: QueueingHint = (_pod, now, old) => limitOf(now as CSIStorageCapacity) > limitOf(old);

function limitOf(of: unknown): number {
  const { capacity, maximumVolumeSize } = (of ?? {}) as Partial<CSIStorageCapacity>;
  const limit = maximumVolumeSize ?? capacity;
  return limit === undefined ? -1 : amountOf('storage', limit);
}
