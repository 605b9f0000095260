import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Mutable } from '#machinery/schema/schema.ts';

/** The members of an object by name. */
type Members = { [member: string]: unknown };
export type Metadata = NonNullable<KubernetesObject['metadata']>;

/**
 * What writers of the status alone may change of an object: all else is taken from what lies there anyway, and need not be
 * copied, read and compared. Who owns what is not up to writers of a part either. Of metadata that is `known` the name will do.
 */
export function statusOnly(object: KubernetesObject, known?: Metadata): KubernetesObject {
  const { kind, apiVersion, metadata, status } = object as KubernetesObject & Members;
  const sent = known ? { name: known.name } : metadata;
  return { kind, apiVersion, metadata: { ...sent, managedFields: undefined }, status } as KubernetesObject;
}

/** A copy in which everything may be changed that is changed in place, without the owners. */
export function ownedMetadata(metadata: Metadata): Mutable<Metadata> {
  const { managedFields: _, ...copy } = metadata as Mutable<Metadata>;
  if (copy.labels) copy.labels = { ...copy.labels };
  if (copy.annotations) copy.annotations = { ...copy.annotations };
  return copy;
}

/** Whether a strategic merge patch speaks of nothing that `statusOnly` leaves out. */
export function isOfStatusOnly(patch: object): boolean {
  for (const member in patch) if (!MEMBERS.has(member)) return false;
  const { metadata } = patch as { readonly metadata?: unknown };
  return typeof metadata !== 'object' || metadata === null || !('managedFields' in metadata);
}

const MEMBERS: ReadonlySet<string> = new Set(['kind', 'apiVersion', 'metadata', 'status']);

/** Gives an object back what `statusOnly` left out. */
export function keepAllButStatus(object: Mutable<KubernetesObject>, old: KubernetesObject): void {
  const target = object as Members;
  for (const key of Object.keys(target))
    if (key !== 'metadata' && key !== 'status' && !(key in old)) delete target[key];
  for (const [key, value] of Object.entries(old)) if (key !== 'metadata' && key !== 'status') target[key] = value;
}
