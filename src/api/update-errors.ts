import type { FieldError } from '#machinery/errors/field-error.ts';
import type { KubernetesObject, Strategy } from './resource-definition.ts';

type Checks<T extends KubernetesObject> = Pick<Strategy<T>, 'validate' | 'validateUpdate' | 'updateChecks'>;

/** What is wrong with an object that takes the place of another, in the order in which clients read it. */
export function updateErrors<T extends KubernetesObject>(strategy: Checks<T>, object: T, old: T): FieldError[] {
  const { validate, validateUpdate, updateChecks } = strategy;
  const changes = validateUpdate?.(object, old) ?? [];
  if (updateChecks === 'changes only') return changes;
  const whole = validate?.(object) ?? [];
  return updateChecks === 'changes first' ? [...changes, ...whole] : [...whole, ...changes];
}
