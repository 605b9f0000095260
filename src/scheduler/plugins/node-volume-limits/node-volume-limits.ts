import type { Pod } from '#api/core/v1/pod.ts';
import { CSINodes } from '#api/storage/v1/csi-node.ts';
import type { Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { isOwnClaim, mountedClaims } from '../../framework/pod-claims.ts';
import { skip, unschedulable } from '../../framework/status.ts';
import { type Attached, AttachedVolumes } from './attached-volumes.ts';

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
      CSINodeUpdate: true,
      AssignedPodDelete: (_pod, gone) => mountedClaims(gone as Pod).length > 0,
      PersistentVolumeClaimAdd: isOwnClaim,
    },
    preFilter({ pod, data }) {
      if (mountedClaims(pod.pod).length === 0) return SKIP;
      const own = attached.of(pod.pod);
      data.set(NAME, own);
      return own.size === 0 ? SKIP : undefined;
    },
    filter({ data }, node) {
      const drivers = csiNodes.get(node.name)?.spec?.drivers;
      if (!drivers?.length) return undefined;
      const own = data.get(NAME) as Attached;
      const there = attached.on(node, state.isTrying);
      for (const { name, allocatable } of drivers) {
        const limit = allocatable?.count;
        if (limit === undefined || limit === null) continue;
        let added = 0;
        for (const [volume, driver] of own) if (driver === name && !there.volumes.has(volume)) added++;
        if (added > 0 && (there.byDriver.get(name) ?? 0) + added > limit) return FULL;
      }
      return undefined;
    },
  };
}
