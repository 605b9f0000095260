import type { KubernetesObject } from '#api/resource-definition.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { ownersOf, setOwners } from './managed-fields.ts';

/** A copy of a stored object that the caller owns; its managedFields, which nobody changes in place, are shared. */
export function ownedCopy<T extends KubernetesObject>(object: T): Mutable<T> {
  const { managedFields: _, ...metadata } = object.metadata ?? {};
  const copy = deepClone({ ...object, metadata }) as Mutable<T>;
  setOwners(copy as Mutable<KubernetesObject>, ownersOf(object));
  return copy;
}
