import type { Toleration } from '#api/core/v1/affinity.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';

/** Both lists as one, without what others of them cover. */
export function mergeTolerations(first: readonly Toleration[], second: readonly Toleration[]): Toleration[] {
  const all = [...first, ...second];
  const merged: Toleration[] = [];
  all.forEach((each, index) => {
    if (merged.some((other) => covers(other, each))) return;
    if (all.slice(index + 1).some((other) => !deepEqual(other, each) && covers(other, each))) return;
    merged.push(each);
  });
  return merged;
}

/** Whether `wide` tolerates all that `narrow` does. */
export function covers(wide: Toleration, narrow: Toleration): boolean {
  if (deepEqual(wide, narrow)) return true;
  const isForAllKeys = !wide.key && wide.operator === 'Exists';
  if ((narrow.key ?? '') !== (wide.key ?? '') && !isForAllKeys) return false;
  if (wide.effect && narrow.effect !== wide.effect) return false;
  if (wide.effect === 'NoExecute' && wide.tolerationSeconds !== undefined) {
    if (narrow.tolerationSeconds === undefined || narrow.tolerationSeconds > wide.tolerationSeconds) return false;
  }
  if (wide.operator === 'Exists') return true;
  return (wide.operator || 'Equal') === 'Equal' && narrow.operator === 'Equal' && narrow.value === wide.value;
}
