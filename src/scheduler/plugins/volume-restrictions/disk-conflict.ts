import type { Pod } from '#api/core/v1/pod.ts';

type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];

/** Whether a pod mounts a disk that others on the node may keep from it. */
export const needsDisk = ({ spec }: Pod): boolean =>
  (spec?.volumes ?? []).some((volume) => diskOf(volume) !== undefined);

/** Whether two pods mount the same disk, at least one of them for writing. */
export function diskConflict(a: Pod, b: Pod): boolean {
  return (a.spec?.volumes ?? []).some((volume) => {
    const own = diskOf(volume);
    if (own === undefined) return false;
    return (b.spec?.volumes ?? []).some((other) => {
      const its = diskOf(other);
      return its !== undefined && isSame(own, its) && !(own.isReadOnly && its.isReadOnly);
    });
  });
}

interface Disk {
  /** Names of the disk; two disks are one when they share any. */
  readonly names: readonly string[];
  readonly isReadOnly: boolean;
}

const isSame = (a: Disk, b: Disk): boolean => a.names.some((name) => b.names.includes(name));

function diskOf({ gcePersistentDisk, awsElasticBlockStore, iscsi, rbd }: Volume): Disk | undefined {
  if (gcePersistentDisk) {
    return { names: [`gce ${gcePersistentDisk.pdName}`], isReadOnly: gcePersistentDisk.readOnly ?? false };
  }
  // These cannot be mounted twice even for reading.
  if (awsElasticBlockStore) return { names: [`aws ${awsElasticBlockStore.volumeID}`], isReadOnly: false };
  if (iscsi) return { names: [`iscsi ${iscsi.iqn}`], isReadOnly: iscsi.readOnly ?? false };
  if (rbd) {
    const { monitors, pool = 'rbd', image, readOnly = false } = rbd;
    return { names: monitors.map((monitor) => `rbd ${monitor} ${pool} ${image}`), isReadOnly: readOnly };
  }
  return undefined;
}
