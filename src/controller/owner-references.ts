import type { KubernetesObject } from '#api/resource-definition.ts';

/** The owner reference by which a controller holds an object, if any. */
export function controllerOf(object: KubernetesObject) {
  return object.metadata?.ownerReferences?.find((reference) => reference.controller === true);
}

/** Whether `owner` controls `object`, by uid: a namesake made later does not. */
export const isControlledBy = (object: KubernetesObject, owner: KubernetesObject): boolean =>
  controllerOf(object)?.uid === owner.metadata?.uid;

/** The reference that makes `owner` the controller of what carries it. */
export function newControllerReference(
  owner: KubernetesObject,
  kind: { readonly apiVersion: string; readonly kind: string },
) {
  return {
    apiVersion: kind.apiVersion,
    kind: kind.kind,
    name: owner.metadata?.name ?? '',
    uid: owner.metadata?.uid ?? '',
    controller: true,
    blockOwnerDeletion: true,
  };
}
