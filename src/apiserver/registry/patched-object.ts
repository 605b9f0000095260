import type { KubernetesObject } from '#api/resource-definition.ts';
import { newBadRequest } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';

/**
 * A patch insists on a revision only if it names another than the object has: one that names the same is applied
 * again, and refused, when the object has changed meanwhile.
 */
export function insistOnOther(object: Mutable<KubernetesObject>, old: KubernetesObject): Mutable<KubernetesObject> {
  const { metadata } = object;
  if (metadata?.resourceVersion === old.metadata?.resourceVersion) delete metadata?.resourceVersion;
  return object;
}

/** A patch may not move an object: names and namespaces stand in the path. */
export function samePlace(object: Mutable<KubernetesObject>, old: KubernetesObject): Mutable<KubernetesObject> {
  const { name, namespace } = object.metadata ?? {};
  if (name !== old.metadata?.name) {
    throw newBadRequest(
      `the name of the object (${name ?? ''}) does not match the name on the URL (${old.metadata?.name})`,
    );
  }
  if ((namespace ?? '') !== (old.metadata?.namespace ?? '')) {
    throw newBadRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  return object;
}
