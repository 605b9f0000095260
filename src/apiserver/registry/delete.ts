import type { KubernetesObject } from '#api/resource-definition.ts';
import { newConflict, newNotFound } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { admissionAttributes } from '../admission/attributes.ts';
import type { ResourceRequest } from '../request.ts';
import { type DeleteOptions, decodeDeleteOptions } from './delete-options.ts';
import { timestamp } from './object-meta.ts';
import { ownedCopy } from './owned-copy.ts';
import { groupResourceOf, type RegistryParts } from './registry-parts.ts';
import type { Entry } from './resource-view.ts';

/** What became of a delete: gone, or waiting for finalizers or its grace period. */
export interface DeleteOutcome {
  readonly entry: Entry;
  readonly gone: boolean;
}

const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

/** DELETE of one object. */
export async function deleteObject(parts: RegistryParts, request: ResourceRequest): Promise<DeleteOutcome> {
  const options = decodeDeleteOptions(request);
  return deleteWith(parts, request, options);
}

/** As `deleteObject`, with options that are decoded already. Retries while others write. */
export async function deleteWith(
  parts: RegistryParts,
  request: ResourceRequest,
  options: DeleteOptions,
): Promise<DeleteOutcome> {
  const { namespace, name } = request.target;
  const dryRun = options.dryRun.length > 0;
  for (;;) {
    const current = parts.storage.get(namespace, name);
    if (current === undefined) throw newNotFound(groupResourceOf(parts.definition), name);
    const old = parts.view.object(current);
    checkStillMeant(parts, old, options);
    const attributes = admissionAttributes(parts.definition, request, {
      operation: 'DELETE',
      oldObject: old,
      dryRun,
      deleteOptions: options,
    });
    await parts.admission.mutate(attributes);
    await parts.admission.validate(attributes);
    const next = markDeleted(parts, old, options);
    if (dryRun) return { entry: current, gone: next === undefined };
    const outcome =
      next === undefined
        ? await parts.storage.delete(current)
        : next === old
          ? ({ ok: true, entry: current } as const)
          : await parts.storage.put(current.key, parts.view.toStored(next), current.modRevision);
    if (outcome.ok) {
      return { entry: outcome.entry, gone: next === undefined };
    }
  }
}

/**
 * The object as it stands while it terminates; undefined when it goes at once; `old` itself when nothing changes.
 */
function markDeleted(
  parts: RegistryParts,
  old: KubernetesObject,
  options: DeleteOptions,
): KubernetesObject | undefined {
  const before = old.metadata ?? {};
  const grace = graceOf(parts, old, options.gracePeriodSeconds);
  const hasSpec = hasSpecFinalizers(old);
  // What is on its way already is told neither another policy nor a longer period.
  if (grace === 'pending' || (hasSpec && before.deletionTimestamp)) return old;
  const finalizers = finalizersFor(parts, before.finalizers ?? [], options);
  if (finalizers.length === 0 && !hasSpec && (grace === undefined || grace.seconds === 0)) return undefined;
  const isMarked = grace === undefined && before.deletionTimestamp && before.deletionGracePeriodSeconds === 0;
  if (isMarked && sameList(finalizers, before.finalizers ?? [])) return old;

  const object = ownedCopy(old);
  const metadata = (object.metadata ??= {});
  if (finalizers.length > 0) metadata.finalizers = [...finalizers];
  else delete metadata.finalizers;
  const { until = parts.clock.now(), seconds = 0 } = grace ?? {};
  if (grace !== undefined || !before.deletionTimestamp) metadata.deletionTimestamp = timestamp(until);
  // A namespace whose content is still to go has no such period.
  if (!hasSpec) metadata.deletionGracePeriodSeconds = seconds;
  if (metadata.generation !== undefined && !before.deletionTimestamp) metadata.generation++;
  if (parts.definition.kind === 'Namespace') setTerminating(object);
  return object;
}

interface Grace {
  /** Milliseconds since the epoch. */
  readonly until: number;
  readonly seconds: number;
}

/** How long an object may still take; undefined for kinds that go at once, and when its period is over. */
function graceOf(
  { clock, definition: { strategy } }: RegistryParts,
  old: KubernetesObject,
  requested: number | undefined,
): Grace | 'pending' | undefined {
  if (strategy.gracePeriod === undefined) return undefined;
  const now = clock.now();
  const wanted = requested === undefined ? undefined : requested < 0 ? 1 : requested;
  const { deletionTimestamp, deletionGracePeriodSeconds: running = 0 } = old.metadata ?? {};
  if (deletionTimestamp === undefined) {
    const seconds = strategy.gracePeriod(old, wanted) ?? 0;
    return { until: now + seconds * 1000, seconds };
  }
  if (running === 0) return undefined;
  if (wanted === undefined || wanted >= running) return 'pending';
  // A shorter period counts from the first request, but does not end in the past.
  const until = Date.parse(deletionTimestamp) - (running - wanted) * 1000;
  return until >= now ? { until, seconds: wanted } : { until: now, seconds: wanted === 0 ? 0 : 1 };
}

const sameList = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((value, index) => value === b[index]);

function finalizersFor(parts: RegistryParts, present: readonly string[], options: DeleteOptions): readonly string[] {
  const others = present.filter((finalizer) => finalizer !== FOREGROUND && finalizer !== ORPHAN);
  switch (policyOf(parts, present, options)) {
    case 'Orphan':
      return [...others, ORPHAN];
    case 'Foreground':
      return [...others, FOREGROUND];
    default:
      return others;
  }
}

function policyOf(parts: RegistryParts, present: readonly string[], options: DeleteOptions): string {
  if (options.propagationPolicy) return options.propagationPolicy;
  if (options.orphanDependents !== undefined) return options.orphanDependents ? 'Orphan' : 'Background';
  if (present.includes(ORPHAN)) return 'Orphan';
  if (present.includes(FOREGROUND)) return 'Foreground';
  return parts.definition.strategy.orphanByDefault ? 'Orphan' : 'Background';
}

type WithFinalizers = { readonly spec?: { readonly finalizers?: readonly string[] } };

/** A namespace lives until its spec's finalizers are gone, too. */
const hasSpecFinalizers = (object: KubernetesObject): boolean =>
  object.kind === 'Namespace' && ((object as WithFinalizers).spec?.finalizers ?? []).length > 0;

function setTerminating(object: Mutable<KubernetesObject>): void {
  const namespace = object as { status?: { phase?: string } };
  namespace.status = { ...namespace.status, phase: 'Terminating' };
}

/**
 * An update that takes the last finalizer from a terminating object removes it. Resolves with the entry as it was
 * removed, undefined when somebody else wrote meanwhile, or `'not deleting'`.
 */
export async function finishDeletionOnUpdate(
  parts: RegistryParts,
  object: KubernetesObject,
  current: Entry,
): Promise<Entry | undefined | 'not deleting'> {
  const metadata = object.metadata ?? {};
  const waits =
    !metadata.deletionTimestamp ||
    (metadata.finalizers ?? []).length > 0 ||
    (metadata.deletionGracePeriodSeconds ?? 0) > 0 ||
    hasSpecFinalizers(object);
  if (waits) return 'not deleting';
  const outcome = await parts.storage.delete(current);
  if (!outcome.ok) return undefined;
  return outcome.entry;
}

/** Refuses to delete another object than the client means, or another version of it. */
function checkStillMeant(parts: RegistryParts, old: KubernetesObject, options: DeleteOptions): void {
  const { group, kind } = parts.definition;
  // Namespaces are looked at before others are.
  if (kind === 'Namespace') return checkPreconditions(parts, old, options);
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata = {} } = old;
  const fail = (what: string, wanted: string, found: string | undefined, why: string) => {
    const detail = `the ${what} in the precondition (${wanted}) does not match the ${what} in record (${found}). The object might have been ${why}`;
    throw newConflict({ group, resource: kind }, metadata.name ?? '', detail);
  };
  if (uid && uid !== metadata.uid) fail('UID', uid, metadata.uid, 'deleted and then recreated');
  if (resourceVersion && resourceVersion !== metadata.resourceVersion) {
    fail('ResourceVersion', resourceVersion, metadata.resourceVersion, 'modified');
  }
}

/** The same in other words, for what is written before it is deleted. */
export function checkPreconditions(parts: RegistryParts, old: KubernetesObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = old;
  if (uid && uid !== metadata?.uid) {
    const detail = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata?.uid}`;
    throw newConflict(groupResourceOf(parts.definition), metadata?.name ?? '', detail);
  }
  if (resourceVersion && resourceVersion !== metadata?.resourceVersion) {
    const detail = `Precondition failed: ResourceVersion in precondition: ${resourceVersion}, ResourceVersion in object meta: ${metadata?.resourceVersion}`;
    throw newConflict(groupResourceOf(parts.definition), metadata?.name ?? '', detail);
  }
}
