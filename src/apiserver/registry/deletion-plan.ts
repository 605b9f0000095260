import type { KubernetesObject, Strategy } from '#api/resource-definition.ts';
import { millisecondsOf } from '#machinery/objects/seconds.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { DeleteOptions } from './delete-options.ts';
import { timestamp } from './object-meta.ts';

/**
 * What a delete does to an object: nothing where it is on its way already, or marks it (`object` is as it then stands),
 * or removes it. Kinds with a grace period are marked before they are removed, so that watches see it.
 */
export type DeletionPlan =
  | { readonly step: 'none' }
  | { readonly step: 'mark' | 'mark and remove'; readonly object: KubernetesObject }
  | { readonly step: 'remove' };

/** What a plan is made with. */
export interface DeletionCall {
  readonly strategy: Strategy<KubernetesObject>;
  readonly options: DeleteOptions;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** What deleting an object means now. */
export function planDeletion(old: KubernetesObject, call: DeletionCall): DeletionPlan {
  if (old.kind === 'Namespace') {
    if (!old.metadata?.deletionTimestamp) return { step: 'mark', object: terminating(old, call) };
    if (hasSpecFinalizers(old)) return { step: 'none' };
  }
  const grace = graceOf(old, call);
  // What is on its way already is told neither another policy nor a longer period.
  if (grace === 'pending') return { step: 'none' };
  const finalizers = finalizersFor(old.metadata?.finalizers ?? [], call);
  if (grace !== undefined) {
    const object = withGrace(old, grace, finalizers);
    return { step: finalizers.length > 0 || grace.seconds > 0 ? 'mark' : 'mark and remove', object };
  }
  if (finalizers.length === 0) return { step: 'remove' };
  return { step: 'mark', object: waiting(old, finalizers, call.now) };
}

/** A namespace lives until its spec's finalizers are gone, too. */
export const hasSpecFinalizers = (object: KubernetesObject): boolean =>
  object.kind === 'Namespace' && ((object as WithFinalizers).spec?.finalizers ?? []).length > 0;

type WithFinalizers = { readonly spec?: { readonly finalizers?: readonly string[] } };

interface Grace {
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly seconds: number;
}

/** How long an object may still take; undefined for kinds that go at once, and when its period is over. */
function graceOf(old: KubernetesObject, { strategy, options, now }: DeletionCall): Grace | 'pending' | undefined {
  if (strategy.gracePeriod === undefined) return undefined;
  const requested = options.gracePeriodSeconds;
  const wanted = requested === undefined ? undefined : requested < 0 ? 1 : requested;
  const { deletionTimestamp, deletionGracePeriodSeconds: running = 0 } = old.metadata ?? {};
  if (deletionTimestamp === undefined) {
    const seconds = strategy.gracePeriod(old, wanted) ?? 0;
    return { until: now + millisecondsOf(seconds), seconds };
  }
  if (running === 0) return undefined;
  if (wanted === undefined || wanted >= running) return 'pending';
  // A shorter period counts from the first request, but does not end in the past.
  const until = Date.parse(deletionTimestamp) - (millisecondsOf(running) - millisecondsOf(wanted));
  return until >= now ? { until, seconds: wanted } : { until: now, seconds: wanted === 0 ? 0 : 1 };
}

function withGrace(old: KubernetesObject, { until, seconds }: Grace, finalizers: readonly string[]): KubernetesObject {
  const object = withFinalizers(old, finalizers);
  const metadata = (object.metadata ??= {});
  metadata.deletionTimestamp = timestamp(until);
  metadata.deletionGracePeriodSeconds = seconds;
  if (metadata.generation && !old.metadata?.deletionTimestamp) metadata.generation++;
  return object;
}

/** As it stands while others have something to do before it goes. */
function waiting(old: KubernetesObject, finalizers: readonly string[], now: number): KubernetesObject {
  const object = withFinalizers(old, finalizers);
  const metadata = (object.metadata ??= {});
  const { deletionTimestamp } = metadata;
  if (metadata.generation && !deletionTimestamp) metadata.generation++;
  if (!deletionTimestamp || Date.parse(deletionTimestamp) > now) metadata.deletionTimestamp = timestamp(now);
  metadata.deletionGracePeriodSeconds = 0;
  return object;
}

/** A namespace whose content is still to go has no period. */
function terminating(old: KubernetesObject, call: DeletionCall): KubernetesObject {
  const object = withFinalizers(old, finalizersFor(old.metadata?.finalizers ?? [], call));
  (object.metadata ??= {}).deletionTimestamp = timestamp(call.now);
  const namespace = object as { status?: { phase?: string } };
  namespace.status = { ...namespace.status, phase: 'Terminating' };
  return object;
}

/** A copy whose metadata alone may be changed. */
function withFinalizers(old: KubernetesObject, finalizers: readonly string[]): Mutable<KubernetesObject> {
  const { finalizers: _, ...metadata } = old.metadata ?? {};
  const kept = finalizers.length > 0 ? { finalizers } : {};
  return { ...old, metadata: { ...metadata, ...kept } } as Mutable<KubernetesObject>;
}

/** The finalizers that stand for what becomes of dependents are those of the policy; `present` itself where nothing changes. */
function finalizersFor(present: readonly string[], call: DeletionCall): readonly string[] {
  const policy = policyOf(present, call);
  const mark = policy === 'Orphan' ? [ORPHAN] : policy === 'Foreground' ? [FOREGROUND] : [];
  const wanted = [...present.filter((finalizer) => finalizer !== FOREGROUND && finalizer !== ORPHAN), ...mark];
  const isSame = wanted.length === present.length && wanted.every((finalizer) => present.includes(finalizer));
  return isSame ? present : wanted;
}

function policyOf(present: readonly string[], { options, strategy }: DeletionCall): string {
  if (strategy.garbageCollection === 'unsupported') return 'Background';
  if (options.propagationPolicy) return options.propagationPolicy;
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  if (present.includes(ORPHAN)) return 'Orphan';
  if (present.includes(FOREGROUND)) return 'Foreground';
  return strategy.garbageCollection === 'orphans by default' ? 'Orphan' : 'Background';
}
