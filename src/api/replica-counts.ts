import { nonNegative } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';

const STATUS = new FieldPath('status');

/** None of the counts of a status is negative. */
export const checkCounts = <K extends string>(
  status: Readonly<Partial<Record<K, number | undefined>>>,
  names: readonly K[],
): FieldError[] => names.flatMap((name) => nonNegative(STATUS.child(name), status[name]));

/**
 * The parts of all `replicas` are not more than these, and what is available is ready, too. `ready` is how messages name
 * what is ready, which differs by kind.
 */
export function checkParts<K extends string>(
  status: Readonly<Partial<Record<K | 'replicas' | 'readyReplicas' | 'availableReplicas', number | undefined>>>,
  names: readonly (K | 'readyReplicas' | 'availableReplicas')[],
  ready = 'readyReplicas',
): FieldError[] {
  const { replicas = 0, readyReplicas = 0, availableReplicas = 0 } = status;
  const errors = names.flatMap((name) => {
    const count = status[name] ?? 0;
    return count > replicas ? [invalid(STATUS.child(name), count, 'cannot be greater than status.replicas')] : [];
  });
  if (availableReplicas > readyReplicas)
    errors.push(invalid(STATUS.child('availableReplicas'), availableReplicas, `cannot be greater than ${ready}`));
  return errors;
}

/** How often names collided is counted upwards only. */
export function checkCollisions(
  { collisionCount: count }: { readonly collisionCount?: number | undefined },
  { collisionCount: before }: { readonly collisionCount?: number | undefined },
): FieldError[] {
  if (before === undefined || (count !== undefined && count >= before)) return [];
  return [invalid(STATUS.child('collisionCount'), count ?? 0, 'cannot be decremented')];
}
