import type { Strategy } from '#api/resource-definition.ts';
import type { PodDisruptionBudget } from './pod-disruption-budget.ts';
import { validatePodDisruptionBudget } from './pod-disruption-budget-validation.ts';

export const podDisruptionBudgetStrategy: Strategy<PodDisruptionBudget> = {
  hasGeneration: true,
  requireResourceVersionOnUpdate: true,
  prepareForCreate(budget) {
    budget.status = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  },
  validate: validatePodDisruptionBudget,
};
