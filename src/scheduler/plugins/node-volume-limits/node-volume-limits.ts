import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { CSINodes } from '#api/storage/v1/csi-node.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import type { Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { mountedClaims } from '../../framework/pod-claims.ts';
import { skip, unschedulable } from '../../framework/status.ts';

const NAME = 'NodeVolumeLimits';
const SKIP = skip(NAME);
const FULL = unschedulable(NAME, 'node(s) exceed max volume count');

/** Gives a node no more volumes than its drivers can attach. */
export function nodeVolumeLimits({ informers }: PluginContext): Plugin {
  const csiNodes = informers.of(CSINodes).store;
  const claims = informers.of(PersistentVolumeClaims).store;
  const volumes = informers.of(PersistentVolumes).store;
  const classes = informers.of(StorageClasses).store;
  /** The volumes of a pod by name, with the driver that attaches them; those to be made count as well. */
  const attached = (pod: Pod): Map<string, string> => {
    const found = new Map<string, string>();
    for (const { namespace, name } of mountedClaims(pod)) {
      const { volumeName, storageClassName } = claims.get(name, namespace)?.spec ?? {};
      const csi = volumeName ? volumes.get(volumeName)?.spec?.csi : undefined;
      const driver = csi?.driver ?? (volumeName ? undefined : classes.get(storageClassName ?? '')?.provisioner);
      if (driver) found.set(csi ? `${driver}/${csi.volumeHandle}` : `${driver}/${namespace}/${name}`, driver);
    }
    return found;
  };
  return {
    name: NAME,
    events: { CSINodeAdd: true, CSINodeUpdate: true, AssignedPodDelete: true, PersistentVolumeClaimAdd: true },
    preFilter: ({ pod }) => (mountedClaims(pod.pod).length === 0 ? SKIP : undefined),
    filter({ pod }, node) {
      const limits = new Map(
        (csiNodes.get(node.name)?.spec?.drivers ?? []).map(({ name, allocatable }) => [name, allocatable?.count]),
      );
      if (limits.size === 0) return undefined;
      const own = attached(pod.pod);
      const there = new Map<string, string>();
      for (const other of node.pods.values()) for (const [name, driver] of attached(other.pod)) there.set(name, driver);
      for (const driver of new Set(own.values())) {
        const limit = limits.get(driver);
        if (limit === undefined || limit === null) continue;
        const isOf = ([, of]: readonly [string, string]) => of === driver;
        const before = [...there].filter(isOf).length;
        const added = [...own].filter((entry) => isOf(entry) && !there.has(entry[0])).length;
        if (added > 0 && before + added > limit) return FULL;
      }
      return undefined;
    },
  };
}
