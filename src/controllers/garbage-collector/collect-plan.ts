import type { OwnerReference } from '#api/meta/v1/object-meta.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';

export const FOREGROUND = 'foregroundDeletion';
export const ORPHAN = 'orphan';

/** What an owner is: gone, going once its dependents have gone, or there. */
export type OwnerState = 'absent' | 'waiting' | 'solid';

/** What is to happen to an object because of its owners. */
export type Collection =
  | { readonly type: 'keep' }
  /** Some owners hold it: the references to the others go. */
  | { readonly type: 'unlink'; readonly uids: readonly string[] }
  | { readonly type: 'delete'; readonly policy: 'Orphan' | 'Background' | 'Foreground'; readonly unblock: boolean };

const has = ({ metadata }: KubernetesObject, finalizer: string): boolean =>
  metadata?.finalizers?.includes(finalizer) ?? false;

const isDeleting = ({ metadata }: KubernetesObject): boolean => metadata?.deletionTimestamp !== undefined;

/** Whether an object is being deleted and waits for its dependents to be deleted first. */
export const waitsForDependents = (object: KubernetesObject): boolean => isDeleting(object) && has(object, FOREGROUND);

/** Whether an object is being deleted and its dependents are to be let go first. */
export const orphansDependents = (object: KubernetesObject): boolean => isDeleting(object) && has(object, ORPHAN);

/** Whether a dependent keeps its owner from going. */
export const blocks = ({ metadata }: KubernetesObject, ownerUid: string): boolean =>
  metadata?.ownerReferences?.some(({ uid, blockOwnerDeletion }) => uid === ownerUid && blockOwnerDeletion === true) ??
  false;

/** Decides by the states of all owners; `dependents` are the object's own. */
export function planCollection(
  object: KubernetesObject,
  owners: readonly { readonly reference: OwnerReference; readonly state: OwnerState }[],
  dependents: readonly KubernetesObject[],
): Collection {
  if (owners.length === 0) return { type: 'keep' };
  if (owners.some(({ state }) => state === 'solid')) {
    const uids = owners.filter(({ state }) => state !== 'solid').map(({ reference }) => reference.uid);
    return uids.length > 0 ? { type: 'unlink', uids } : { type: 'keep' };
  }
  if (owners.some(({ state }) => state === 'waiting') && dependents.length > 0) {
    // In a circle of owners each would wait for the next.
    return { type: 'delete', policy: 'Foreground', unblock: dependents.some(waitsForDependents) };
  }
  const policy = has(object, ORPHAN) ? 'Orphan' : has(object, FOREGROUND) ? 'Foreground' : 'Background';
  return { type: 'delete', policy, unblock: false };
}
