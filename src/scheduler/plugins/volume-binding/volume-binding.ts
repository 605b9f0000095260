import { keyOf } from '#client/object-store.ts';
import type { Cycle, Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { isOwnClaim, mountedClaims } from '../../framework/pod-claims.ts';
import { skip, unresolvable } from '../../framework/status.ts';
import { bindVolumes } from './bind-volumes.ts';
import { allowsOtherPlaces, hasMoreRoom, stopsCounting } from './volume-hints.ts';
import { areAnywhere, type PodClaims, VolumeLookup, type VolumePlan } from './volume-lookup.ts';

const NAME = 'VolumeBinding';
const SKIP = skip(NAME);

export interface VolumeBindingArgs {
  /** How long a pod waits for its volumes to be bound; 600 when absent. */
  readonly bindTimeoutSeconds?: number;
}

interface Data {
  readonly claims: PodClaims;
  readonly plans: Map<string, VolumePlan>;
  chosen?: VolumePlan;
}

/** Puts pods where their volumes are or can be, and has volumes bound once the node is known. */
export function volumeBinding(context: PluginContext, { bindTimeoutSeconds = 600 }: VolumeBindingArgs = {}): Plugin {
  const lookup = new VolumeLookup(context.informers);
  const dataOf = ({ data }: Cycle) => data.get(NAME) as Data | undefined;
  return {
    name: NAME,
    events: {
      NodeAdd: true,
      NodeUpdateLabel: true,
      PersistentVolumeAdd: true,
      PersistentVolumeUpdate: true,
      PersistentVolumeClaimAdd: isOwnClaim,
      PersistentVolumeClaimUpdate: isOwnClaim,
      StorageClassAdd: true,
      StorageClassUpdate: allowsOtherPlaces,
      CSINodeAdd: true,
      CSIDriverUpdate: stopsCounting,
      CSIStorageCapacityAdd: true,
      CSIStorageCapacityUpdate: hasMoreRoom,
    },
    preFilter({ pod, data }) {
      if (mountedClaims(pod.pod).length === 0) return SKIP;
      const claims = lookup.claimsOf(pod.pod);
      if (typeof claims === 'string') return unresolvable(NAME, claims);
      if (claims.immediate.length > 0) return unresolvable(NAME, 'pod has unbound immediate PersistentVolumeClaims');
      if (areAnywhere(claims)) return SKIP;
      data.set(NAME, { claims, plans: new Map() } satisfies Data);
      return undefined;
    },
    filter(cycle, { node, name }) {
      const data = dataOf(cycle);
      if (data === undefined) return undefined;
      const plan = lookup.plan(data.claims, node);
      if (Array.isArray(plan)) return unresolvable(NAME, ...plan);
      data.plans.set(name, plan as VolumePlan);
      return undefined;
    },
    reserve(cycle, nodeName) {
      const data = dataOf(cycle);
      const plan = data?.plans.get(nodeName);
      if (!data || !plan) return undefined;
      data.chosen = plan;
      for (const { volume, claim } of plan.bindings) lookup.reserved.set(volume.metadata?.name ?? '', keyOf(claim));
      for (const claim of plan.provisions) lookup.selected.set(keyOf(claim), nodeName);
      return undefined;
    },
    unreserve: (cycle) => release(lookup, dataOf(cycle)?.chosen),
    needsPreBind: (cycle) => hasWork(dataOf(cycle)?.chosen),
    async preBind(cycle, nodeName, signal) {
      const plan = dataOf(cycle)?.chosen;
      if (!plan || !hasWork(plan)) return undefined;
      await bindVolumes(context, lookup, { plan, nodeName, timeoutMs: bindTimeoutSeconds * 1000, signal });
      // From here on the objects themselves say it.
      release(lookup, plan);
      return undefined;
    },
  };
}

function release(lookup: VolumeLookup, plan: VolumePlan | undefined): void {
  for (const { volume } of plan?.bindings ?? []) lookup.reserved.delete(volume.metadata?.name ?? '');
  for (const claim of plan?.provisions ?? []) lookup.selected.delete(keyOf(claim));
}

const hasWork = (plan: VolumePlan | undefined): boolean =>
  plan !== undefined && plan.bindings.length + plan.provisions.length > 0;
