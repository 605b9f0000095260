import type { Pod } from '#api/core/v1/pod.ts';
import { type CSINode, CSINodes } from '#api/storage/v1/csi-node.ts';
import type { Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { isOwnClaim, mountedClaims } from '../../framework/pod-claims.ts';
import { skip, unschedulable } from '../../framework/status.ts';
import { AttachedVolumes } from './attached-volumes.ts';
import { type Attachable, inTreeVolume, migratedOn } from './in-tree-volume.ts';

const NAME = 'NodeVolumeLimits';
const SKIP = skip(NAME);
const FULL = unschedulable(NAME, 'node(s) exceed max volume count');

/** Gives a node no more volumes than its drivers can attach. */
export function nodeVolumeLimits({ state, informers }: PluginContext): Plugin {
  const csiNodes = informers.of(CSINodes).store;
  const attached = new AttachedVolumes(state, informers);
  return {
    name: NAME,
    events: {
      CSINodeAdd: true,
      CSINodeUpdate: (_pod, now, old) => hasMoreRoom(now as CSINode, old as CSINode),
      AssignedPodDelete: (_pod, gone) => mayHaveAttached(gone as Pod),
      PersistentVolumeClaimAdd: isOwnClaim,
      VolumeAttachmentDelete: ({ pod }) => mayHaveAttached(pod),
    },
    preFilter({ pod, data }) {
      if (!mayHaveAttached(pod.pod)) return SKIP;
      const own = attached.of(pod.pod);
      data.set(NAME, own);
      return own.length === 0 ? SKIP : undefined;
    },
    filter({ data }, node) {
      const csiNode = csiNodes.get(node.name);
      if (!csiNode?.spec?.drivers?.length) return undefined;
      const migrated = migratedOn(csiNode);
      const own = (data.get(NAME) as Attachable[]).filter(({ plugin }) => !plugin || migrated.has(plugin));
      const there = attached.on(node, csiNode, state.isTrying);
      for (const { name: driver, allocatable } of csiNode.spec.drivers) {
        const limit = allocatable?.count;
        if (limit === undefined || limit === null) continue;
        const added = new Set<string>();
        for (const { name, driver: its } of own) if (its === driver && !there.volumes.has(name)) added.add(name);
        if (added.size > 0 && (there.byDriver.get(driver) ?? 0) + added.size > limit) return FULL;
      }
      return undefined;
    },
  };
}

const mayHaveAttached = (pod: Pod): boolean =>
  mountedClaims(pod).length > 0 || (pod.spec?.volumes ?? []).some((volume) => inTreeVolume(volume) !== undefined);

/** Whether any driver attaches more than it did. */
function hasMoreRoom(now: CSINode, old: CSINode | undefined): boolean {
  const before = new Map(limitsOf(old));
  return limitsOf(now).some(([driver, limit]) => limit > (before.get(driver) ?? 0));
}

const limitsOf = (csiNode: CSINode | undefined): [string, number][] =>
  (csiNode?.spec?.drivers ?? []).map(({ name, allocatable }) => [name, allocatable?.count ?? 0]);
