import type { AnyResourceDefinition, KubernetesObject } from '#api/resource-definition.ts';
import { FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { newConflict, newInvalid, type StatusError } from '#machinery/errors/status-error.ts';
import type { ResourceTarget } from '../request.ts';
import { etcdKey } from './etcd-key.ts';
import { groupResourceOf } from './registry-parts.ts';

/** How upstream says that an object has another UID than is meant; `found` is empty where there is no object. */
export const uidMismatch = (meant: string, found = ''): string =>
  `Precondition failed: UID in precondition: ${meant}, UID in object meta: ${found}`;

/** The same of its revision. */
export const revisionMismatch = (meant: string, found = ''): string =>
  `Precondition failed: ResourceVersion in precondition: ${meant}, ResourceVersion in object meta: ${found}`;

/** What upstream's storage says of it, where it is the storage that compares. */
export function storedUidConflict(
  definition: AnyResourceDefinition,
  { namespace, name }: Pick<ResourceTarget, 'namespace' | 'name'>,
  uids: { readonly meant: string; readonly found?: string | undefined },
): StatusError {
  return storedConflict(definition, { namespace, name }, uidMismatch(uids.meant, uids.found));
}

/** The same of the revision that is meant. */
export function storedRevisionConflict(
  definition: AnyResourceDefinition,
  target: Pick<ResourceTarget, 'namespace' | 'name'>,
  revisions: { readonly meant: string; readonly found?: string | undefined },
): StatusError {
  return storedConflict(definition, target, revisionMismatch(revisions.meant, revisions.found));
}

function storedConflict(
  definition: AnyResourceDefinition,
  { namespace, name }: Pick<ResourceTarget, 'namespace' | 'name'>,
  mismatch: string,
): StatusError {
  const key = etcdKey(definition, namespace, name);
  const detail = `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${mismatch}`;
  return newConflict(groupResourceOf(definition), name, detail);
}

/** What a patch is told that names another UID: who replaces an object means one, a patch would change it. */
export function patchedUidError(
  { group, kind, plural }: AnyResourceDefinition,
  { name, subresource }: Pick<ResourceTarget, 'name' | 'subresource'>,
  uids: { readonly meant: string; readonly found?: string | undefined },
): StatusError {
  if (subresource === 'scale')
    return newConflict({ group, resource: `${plural}/scale` }, name, uidMismatch(uids.meant, uids.found));
  const error = invalid(new FieldPath('metadata').child('uid'), uids.meant, 'field is immutable');
  return newInvalid({ group, kind }, name, [error]);
}

export const uidOf = ({ metadata }: KubernetesObject): string | undefined => metadata?.uid || undefined;
