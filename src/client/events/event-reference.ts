import { apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { fnv1a } from '#base/fnv.ts';

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

/** Nanoseconds of a millisecond, which is as exactly as clocks tell the time. */
const NANOSECONDS = 1_000_000;

/**
 * A name for an event about an object: its name and the time, as if in nanoseconds. Where in the millisecond they begin is
 * up to who tells and of what kind, so that events of several about objects of one name do not meet; `sequence`, which one
 * teller counts, keeps its own apart.
 */
export function eventName(
  { kind, name }: { readonly kind: string; readonly name: string },
  { now, teller, sequence }: { readonly now: number; readonly teller: string; readonly sequence: number },
): string {
  const within = (fnv1a(`${teller} ${kind}`) + sequence) % NANOSECONDS;
  return `${name}.${(BigInt(Math.floor(now)) * BigInt(NANOSECONDS) + BigInt(within)).toString(16)}`;
}
