import { apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';

/** A reference as events carry it. Objects must say their kind, as those from a client do. */
export function referenceTo(object: KubernetesObject, fieldPath?: string) {
  const { name = '', namespace, uid, resourceVersion } = object.metadata ?? {};
  return {
    kind: object.kind ?? '',
    apiVersion: object.apiVersion ?? '',
    name,
    ...(namespace ? { namespace } : {}),
    ...(uid ? { uid } : {}),
    ...(resourceVersion ? { resourceVersion } : {}),
    ...(fieldPath ? { fieldPath } : {}),
  };
}

/** The same, for an object known only by its name (a node that is not there yet). */
export const referenceOf = (
  definition: { readonly group: string; readonly version: string; readonly kind: string },
  metadata: KubernetesObject['metadata'],
): KubernetesObject => ({ kind: definition.kind, apiVersion: apiVersionOf(definition), metadata });

/** A name for an event about an object: its name and the time, as if in nanoseconds; `sequence` makes it one of its own. */
export const eventName = (name: string, now: number, sequence: number): string =>
  `${name}.${(BigInt(Math.floor(now)) * 1_000_000n + BigInt(sequence % 1_000_000)).toString(16)}`;
