import { asObject, type JsonObject, noMergeKey, PATCH } from './directives.ts';

/** What identifies an item: the value of its merge key, or itself. */
export const identityOf = (item: unknown, mergeKey: string): unknown =>
  mergeKey === '' ? item : (item as JsonObject)[mergeKey];

/** The same, where the merge key must be there. */
export function requiredIdentity(item: unknown, mergeKey: string): unknown {
  if (mergeKey === '') return item;
  const object = asObject(item);
  if (!Object.hasOwn(object, mergeKey)) throw noMergeKey(object, mergeKey);
  return object[mergeKey];
}

const isDeletion = (item: unknown, mergeKey: string): boolean =>
  mergeKey !== '' && (item as JsonObject)[PATCH] === 'delete';

/** Items in the order that another list gives; items it does not have come after, deletions last. */
export function sortByOrder(items: readonly unknown[], order: readonly unknown[], mergeKey: string): unknown[] {
  const ranks = ranksOf(order, mergeKey);
  const rank = (item: unknown) =>
    isDeletion(item, mergeKey) ? Number.POSITIVE_INFINITY : (ranks.get(identityOf(item, mergeKey)) ?? ranks.size);
  return items
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank - b.rank))
    .map(({ item }) => item);
}

function ranksOf(order: readonly unknown[], mergeKey: string): Map<unknown, number> {
  const ranks = new Map<unknown, number>();
  for (const item of order) {
    const identity = requiredIdentity(item, mergeKey);
    if (!ranks.has(identity)) ranks.set(identity, ranks.size);
  }
  return ranks;
}

/**
 * The final order of a merged list: items that the patch speaks of stand in the patch's order, the others in the
 * object's, and an item of the object stays before one of the patch where it was before it in the object.
 */
export function orderMerged(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  objectOrder: readonly unknown[],
  mergeKey: string,
): unknown[] {
  const inPatch = new Set(patchOrder.map((item) => identityOf(item, mergeKey)));
  const isOfPatch = (item: unknown) => inPatch.has(requiredIdentity(item, mergeKey));
  const ofPatch = sortByOrder(merged.filter(isOfPatch), patchOrder, mergeKey);
  const ofObject = sortByOrder(
    merged.filter((item) => !isOfPatch(item)),
    objectOrder,
    mergeKey,
  );
  return interleave(ofObject, ofPatch, ranksOf(objectOrder, mergeKey), mergeKey);
}

function interleave(
  left: readonly unknown[],
  right: readonly unknown[],
  ranks: ReadonlyMap<unknown, number>,
  mergeKey: string,
): unknown[] {
  const result: unknown[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    const [a, b] = [ranks.get(identityOf(left[i], mergeKey)), ranks.get(identityOf(right[j], mergeKey))];
    result.push(a !== undefined && b !== undefined && a < b ? left[i++] : right[j++]);
  }
  return [...result, ...left.slice(i), ...right.slice(j)];
}
