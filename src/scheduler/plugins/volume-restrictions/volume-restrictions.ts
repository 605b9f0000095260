import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { isOwnClaim, mountedClaims } from '../../framework/pod-claims.ts';
import { skip, unschedulable } from '../../framework/status.ts';
import { diskConflict, needsDisk } from './disk-conflict.ts';

const NAME = 'VolumeRestrictions';
const SKIP = skip(NAME);
const DISK_TAKEN = unschedulable(NAME, 'node(s) had no available disk');
const CLAIM_TAKEN = unschedulable(
  NAME,
  'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
);

interface Needs {
  /** Keys of claims that are for one pod. */
  readonly claims: readonly string[];
  readonly disk: boolean;
}

/** Keeps apart pods that mount the same disk, and lets one pod at a time mount what is for one pod. */
export function volumeRestrictions({ state, informers }: PluginContext): Plugin {
  const claims = informers.of(PersistentVolumeClaims).store;
  /** How many placed pods mount a claim. */
  const users = new Map<string, number>();
  const count = (pod: Pod, sign: 1 | -1) => {
    for (const { namespace, name } of mountedClaims(pod)) {
      const key = `${namespace}/${name}`;
      const now = (users.get(key) ?? 0) + sign;
      if (now === 0) users.delete(key);
      else users.set(key, now);
    }
  };
  state.observe({ podAdded: ({ pod }) => count(pod, 1), podRemoved: ({ pod }) => count(pod, -1) });
  const exclusive = (pod: Pod) =>
    mountedClaims(pod)
      .filter(({ name, namespace }) => claims.get(name, namespace)?.spec?.accessModes?.includes('ReadWriteOncePod'))
      .map(({ name, namespace }) => `${namespace}/${name}`);
  return {
    name: NAME,
    events: {
      NodeAdd: true,
      AssignedPodDelete: ({ pod }, gone) => sharesVolume(pod, gone as Pod),
      PersistentVolumeClaimAdd: isOwnClaim,
    },
    preFilter({ pod, data }) {
      const own: Needs = { claims: exclusive(pod.pod), disk: needsDisk(pod.pod) };
      data.set(NAME, own);
      return own.claims.length === 0 && !own.disk ? SKIP : undefined;
    },
    filter({ pod, data }, node) {
      const { claims: own, disk } = data.get(NAME) as Needs;
      if (disk) for (const other of node.pods.values()) if (diskConflict(pod.pod, other.pod)) return DISK_TAKEN;
      return own.some((key) => (users.get(key) ?? 0) > 0) ? CLAIM_TAKEN : undefined;
    },
  };
}

/** Whether a pod that goes may have kept another from a disk or a claim. */
function sharesVolume(pod: Pod, gone: Pod): boolean {
  if (diskConflict(pod, gone)) return true;
  const keys = new Set(mountedClaims(gone).map(({ namespace, name }) => `${namespace}/${name}`));
  return mountedClaims(pod).some(({ namespace, name }) => keys.has(`${namespace}/${name}`));
}
