import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { keyOf } from '#client/object-store.ts';
import { mergePatch } from '#client/options.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { isBound } from '../../framework/pod-claims.ts';
import { SELECTED_NODE, type VolumeLookup, type VolumePlan } from './volume-lookup.ts';

export interface BindVolumesOptions {
  readonly nodeName: string;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Tells the API server what was chosen and waits until volumes and claims have found each other. Throws when they do not. */
export async function bindVolumes(
  { client, clock }: Pick<PluginContext, 'client' | 'clock'>,
  lookup: VolumeLookup,
  { plan, nodeName, timeoutMs, signal }: BindVolumesOptions & { readonly plan: VolumePlan },
): Promise<void> {
  for (const { volume, claim } of plan.bindings) {
    const { name = '', namespace = '', uid } = claim.metadata ?? {};
    const claimRef = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace, name, uid };
    const annotations = volume.spec?.claimRef ? {} : { 'pv.kubernetes.io/bound-by-controller': 'yes' };
    const { resourceVersion } = volume.metadata ?? {};
    const patch = mergePatch({ metadata: { annotations, resourceVersion }, spec: { claimRef } });
    await client.of(PersistentVolumes).patch(volume.metadata?.name ?? '', patch);
  }
  for (const claim of plan.provisions) {
    const { name = '', namespace = '', resourceVersion } = claim.metadata ?? {};
    const patch = mergePatch({ metadata: { annotations: { [SELECTED_NODE]: nodeName }, resourceVersion } });
    await client.of(PersistentVolumeClaims).patch(name, patch, { namespace });
  }
  const claims = [...plan.bindings.map(({ claim }) => claim), ...plan.provisions];
  const deadline = clock.monotonic() + timeoutMs;
  while (!claims.every((claim) => isSettled(lookup, claim, plan.provisions.includes(claim)))) {
    if (clock.monotonic() >= deadline) throw new Error('binding volumes: context deadline exceeded');
    await clock.sleep(POLL_MS, signal).catch(calledOff);
  }
}

const POLL_MS = 100;

const calledOff = (cause: unknown): never => {
  throw new Error('binding volumes: context canceled', { cause });
};

/** Whether a claim has its volume. Throws when it is gone, or when whoever makes volumes has given up on the node. */
function isSettled(lookup: VolumeLookup, claim: PersistentVolumeClaim, isProvisioned: boolean): boolean {
  const { name = '', namespace = '' } = claim.metadata ?? {};
  const now = lookup.claims.store.get(name, namespace);
  if (now === undefined) throw new Error(`binding volumes: persistentvolumeclaim "${name}" not found`);
  if (isBound(now)) return true;
  const isSeen = now.metadata?.resourceVersion !== claim.metadata?.resourceVersion;
  if (isProvisioned && isSeen && now.metadata?.annotations?.[SELECTED_NODE] === undefined) {
    throw new Error(`binding volumes: selectedNode annotation reset for PVC "${keyOf(now)}"`);
  }
  return false;
}
