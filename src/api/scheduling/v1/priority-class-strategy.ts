import type { Strategy } from '#api/resource-definition.ts';
import type { PriorityClass } from './priority-class.ts';
import { validatePriorityClass, validatePriorityClassUpdate } from './priority-class-validation.ts';

export const priorityClassStrategy: Strategy<PriorityClass> = {
  hasGeneration: true,
  applyDefaults(priorityClass) {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
  validate: validatePriorityClass,
  validateUpdate: validatePriorityClassUpdate,
  updateChecks: 'changes only',
};
