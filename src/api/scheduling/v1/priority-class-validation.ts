import { immutable, requireOneOf } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { table } from '#base/table.ts';
import { type FieldError, FieldPath, forbidden } from '#machinery/errors/field-error.ts';
import type { PriorityClass } from './priority-class.ts';

/** The highest priority that people may give; above are the system's own classes. */
export const HIGHEST_USER_PRIORITY = 1_000_000_000;

/** The classes that every cluster has, with their priorities. */
export const SYSTEM_PRIORITIES = table<number>({
  'system-cluster-critical': 2 * HIGHEST_USER_PRIORITY,
  'system-node-critical': 2 * HIGHEST_USER_PRIORITY + 1000,
});

const POLICIES = ['PreemptLowerPriority', 'Never'];
const ROOT = new FieldPath();

export function validatePriorityClass(priorityClass: PriorityClass): FieldError[] {
  const name = priorityClass.metadata?.name ?? '';
  const value = priorityClass.value ?? 0;
  const errors: FieldError[] = [];
  if (name.startsWith('system-')) append(errors, validateSystemClass(priorityClass, name));
  else if (value > HIGHEST_USER_PRIORITY) {
    const detail = `maximum allowed value of a user defined priority is ${HIGHEST_USER_PRIORITY}`;
    errors.push(forbidden(ROOT.child('value'), detail));
  }
  const { preemptionPolicy } = priorityClass;
  if (preemptionPolicy === undefined) return errors;
  return [...errors, ...requireOneOf(ROOT.child('preemptionPolicy'), preemptionPolicy, POLICIES)];
}

function validateSystemClass({ value = 0, globalDefault = false }: PriorityClass, name: string): FieldError[] {
  const known = SYSTEM_PRIORITIES[name];
  const problem =
    known === undefined
      ? `${name} is not a known system priority class`
      : known !== value
        ? `value of ${name} PriorityClass must be ${known}`
        : globalDefault
          ? `globalDefault of ${name} PriorityClass must be false`
          : undefined;
  if (problem === undefined) return [];
  const detail = `priority class names with 'system-' prefix are reserved for system use only. error: ${problem}`;
  return [forbidden(ROOT.child('metadata', 'name'), detail)];
}

export const validatePriorityClassUpdate = (priorityClass: PriorityClass, old: PriorityClass): FieldError[] => [
  ...((priorityClass.value ?? 0) === (old.value ?? 0)
    ? []
    : [forbidden(ROOT.child('value'), 'may not be changed in an update.')]),
  ...immutable(ROOT.child('preemptionPolicy'), priorityClass.preemptionPolicy, old.preemptionPolicy),
];
