import type { KubernetesObject } from '#api/resource-definition.ts';
import { controllerOf } from '#controller/owner-references.ts';
import type { Selector } from '#machinery/selectors/label-selector.ts';

/** What is to happen to objects so that an owner controls exactly those its selector picks. */
export interface Claims<T> {
  readonly owned: readonly T[];
  readonly adopt: readonly T[];
  readonly release: readonly T[];
}

/** Sorts objects into those an owner has, should take and should let go. Others' objects are in none. */
export function planClaims<T extends KubernetesObject>(
  owner: KubernetesObject,
  selector: Selector,
  objects: readonly T[],
): Claims<T> {
  const claims = { owned: [] as T[], adopt: [] as T[], release: [] as T[] };
  const ownerLeaves = owner.metadata?.deletionTimestamp !== undefined;
  for (const object of objects) {
    const controller = controllerOf(object);
    const matches = selector.matches(object.metadata?.labels ?? {});
    if (controller !== undefined) {
      if (controller.uid !== owner.metadata?.uid) continue;
      if (matches) claims.owned.push(object);
      else if (!ownerLeaves) claims.release.push(object);
    } else if (matches && !ownerLeaves && object.metadata?.deletionTimestamp === undefined) claims.adopt.push(object);
  }
  return claims;
}
