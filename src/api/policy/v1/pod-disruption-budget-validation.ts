import { checkCountOrPercent, notMoreThanAll, optionalOneOf } from '#api/checks.ts';
import { validateConditions } from '#api/meta/v1/conditions-validation.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { checkCounts } from '#api/replica-counts.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import type { PodDisruptionBudget } from './pod-disruption-budget.ts';

const SPEC = new FieldPath('spec');

export function validatePodDisruptionBudget({ spec = {} }: PodDisruptionBudget): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.minAvailable !== undefined && spec.maxUnavailable !== undefined) {
    const shown = {
      MinAvailable: spec.minAvailable,
      Selector: spec.selector ?? null,
      MaxUnavailable: spec.maxUnavailable,
      UnhealthyPodEvictionPolicy: spec.unhealthyPodEvictionPolicy ?? null,
    };
    errors.push(invalid(SPEC, shown, 'minAvailable and maxUnavailable cannot be both set'));
  }
  for (const name of ['minAvailable', 'maxUnavailable'] as const) {
    const field = SPEC.child(name);
    append(errors, [...checkCountOrPercent(field, spec[name]), ...notMoreThanAll(field, spec[name])]);
  }
  return [
    ...errors,
    ...validateLabelSelector(spec.selector, SPEC.child('selector')),
    ...optionalOneOf(SPEC.child('unhealthyPodEvictionPolicy'), spec.unhealthyPodEvictionPolicy, [
      'AlwaysAllow',
      'IfHealthyBudget',
    ]),
  ];
}

/** The rules of what its controller says of it. */
export const validatePodDisruptionBudgetStatus = ({ status }: PodDisruptionBudget): FieldError[] => [
  ...validateConditions(status?.conditions, new FieldPath('status').child('conditions')),
  ...checkCounts(status ?? {}, ['disruptionsAllowed', 'currentHealthy', 'desiredHealthy', 'expectedPods']),
];
