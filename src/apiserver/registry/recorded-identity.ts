import { createHash } from 'node:crypto';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { formatTime } from '#machinery/objects/time.ts';

/** The same uid for the same text, so that a recording gives the same cluster each time. */
export function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

interface Reference {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
}

type Recorded = KubernetesObject & { readonly spec?: { readonly claimRef?: Reference } };

/**
 * Gives uids and ages to recorded objects that were cleaned of them, and lets those that belong to them say so by these;
 * `now` is in milliseconds since the epoch. Objects that have uids stay as they are.
 */
export function withIdentities(objects: readonly unknown[], now: number): readonly unknown[] {
  const given = new Map<string, string>();
  for (const object of objects) {
    const { apiVersion, kind, metadata } = (object ?? {}) as KubernetesObject;
    if (metadata === undefined || metadata.uid) continue;
    const key = keyOf({ apiVersion, kind, ...metadata } as Reference);
    given.set(key, uuidOf(key));
  }
  if (given.size === 0) return objects;
  const creationTimestamp = formatTime(now);
  return objects.map((object) => {
    const recorded = object as Recorded;
    if (recorded?.metadata === undefined) return object;
    const { metadata } = recorded;
    const { namespace } = metadata;
    const { claimRef } = recorded.spec ?? {};
    const meant = (reference: Reference, within: string | undefined): Reference => {
      const uid = given.get(keyOf({ ...reference, namespace: within })) ?? given.get(keyOf(reference));
      return uid === undefined ? reference : { ...reference, uid };
    };
    const uid = given.get(keyOf({ ...recorded, ...metadata } as Reference));
    return {
      ...recorded,
      metadata: {
        ...metadata,
        ...(uid === undefined ? {} : { uid, creationTimestamp: metadata.creationTimestamp ?? creationTimestamp }),
        ...(metadata.ownerReferences
          ? { ownerReferences: metadata.ownerReferences.map((owner) => meant(owner, namespace)) }
          : {}),
      },
      ...(claimRef ? { spec: { ...recorded.spec, claimRef: meant(claimRef, claimRef.namespace) } } : {}),
    };
  });
}

/** Of whatever version: objects and what refers to them need not name the same. */
function keyOf({ apiVersion = '', kind = '', namespace = '', name = '' }: Reference): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  return [group, kind, namespace, name].join('/');
}
