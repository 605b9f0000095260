import type { KubernetesObject } from '#api/resource-definition.ts';
import { newConflict, newNotFound } from '#machinery/errors/status-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { admissionAttributes } from '../admission/attributes.ts';
import type { ResourceRequest } from '../request.ts';
import { dryRunEntry } from './create.ts';
import type { DeleteOptions } from './delete-options.ts';
import { hasSpecFinalizers, planDeletion } from './deletion-plan.ts';
import { groupResourceOf, type RegistryParts } from './registry-parts.ts';
import type { Entry } from './resource-view.ts';
import { revisionMismatch, uidMismatch } from './uid-precondition.ts';

/** What became of a delete: gone, or waiting for finalizers or its grace period. */
export interface DeleteOutcome {
  /** As it was removed, as it waits, or as it would be where nothing is written. */
  readonly entry: Entry;
  readonly gone: boolean;
}

/** DELETE of one object. Retries while others write. */
export async function deleteWith(
  parts: RegistryParts,
  request: ResourceRequest,
  options: DeleteOptions,
): Promise<DeleteOutcome> {
  const { definition, clock, storage, view } = parts;
  for (;;) {
    const current = find(parts, request);
    if (current === undefined) throw newNotFound(groupResourceOf(definition), request.target.name);
    const old = view.object(current);
    checkStillMeant(parts, old, options);
    const plan = planDeletion(old, { strategy: definition.strategy, options, now: clock.now() });
    if (plan.step === 'none') return { entry: current, gone: false };
    await admit(parts, request, old, options);
    const gone = plan.step !== 'mark';
    if (options.dryRun.length > 0) {
      return { entry: plan.step === 'remove' ? current : dryRunEntry(parts, plan.object, current.modRevision), gone };
    }
    if (plan.step !== 'remove') {
      const marked = deepEqual(plan.object, old)
        ? ({ ok: true, entry: current } as const)
        : await storage.put(current.key, view.toStored(plan.object), current.modRevision, current);
      if (!marked.ok) continue;
      return gone ? removeMarked(parts, request, marked.entry, options) : { entry: marked.entry, gone };
    }
    const removed = await storage.delete(current);
    if (removed.ok) return { entry: removed.entry, gone };
  }
}

/** The second step for what was marked as going at once. Whoever looks after the object may be faster: gone is gone. */
async function removeMarked(
  parts: RegistryParts,
  request: ResourceRequest,
  marked: Entry,
  options: DeleteOptions,
): Promise<DeleteOutcome> {
  const { preconditions = {} } = options;
  // A revision that was asked for was the one before the mark.
  const resourceVersion = preconditions.resourceVersion && parts.view.object(marked).metadata?.resourceVersion;
  const meant = { ...options, preconditions: { ...preconditions, resourceVersion } };
  for (let current: Entry | undefined = marked; current !== undefined; current = find(parts, request)) {
    const old = parts.view.object(current);
    checkPreconditions(parts, old, meant);
    await admit(parts, request, old, options);
    const removed = await parts.storage.delete(current);
    if (removed.ok) return { entry: removed.entry, gone: true };
  }
  return { entry: marked, gone: true };
}

const find = ({ storage }: RegistryParts, { target }: ResourceRequest): Entry | undefined =>
  storage.get(target.namespace, target.name);

async function admit(
  parts: RegistryParts,
  request: ResourceRequest,
  oldObject: KubernetesObject,
  options: DeleteOptions,
): Promise<void> {
  const dryRun = options.dryRun.length > 0;
  const shown = { operation: 'DELETE', oldObject, dryRun, deleteOptions: options } as const;
  const attributes = admissionAttributes(parts.definition, request, shown);
  await parts.admission.mutate(attributes);
  await parts.admission.validate(attributes);
}

/**
 * An update that takes the last finalizer from a terminating object removes it. Resolves with the entry as it would
 * stand, undefined when somebody else wrote meanwhile, or `'not deleting'`.
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
  // Who updates is answered the update, which was never stored.
  return outcome.ok ? dryRunEntry(parts, object, current.modRevision) : undefined;
}

/** Refuses to delete another object than the client means, or another version of it. */
export function checkStillMeant(parts: RegistryParts, old: KubernetesObject, options: DeleteOptions): void {
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
function checkPreconditions(parts: RegistryParts, old: KubernetesObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  const { metadata } = old;
  if (uid && uid !== metadata?.uid) {
    throw newConflict(groupResourceOf(parts.definition), metadata?.name ?? '', uidMismatch(uid, metadata?.uid));
  }
  if (resourceVersion && resourceVersion !== metadata?.resourceVersion) {
    const detail = revisionMismatch(resourceVersion, metadata?.resourceVersion);
    throw newConflict(groupResourceOf(parts.definition), metadata?.name ?? '', detail);
  }
}
