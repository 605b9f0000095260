import type { PersistentVolume } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { StorageClass } from '#api/storage/v1/storage-class.ts';

/** Makes and removes what lies behind volumes; both may be called again for the same volume. */
export interface VolumeProvisioner {
  /** As storage classes name it. */
  readonly name: string;
  /** Makes room for a volume of this name and resolves with where it is: the source, and affinity if it is not everywhere. */
  provision(
    name: string,
    wanted: { readonly claim: PersistentVolumeClaim; readonly storageClass: StorageClass },
  ): Promise<Partial<PersistentVolume['spec'] & object>>;
  remove(volume: PersistentVolume): Promise<void>;
}
