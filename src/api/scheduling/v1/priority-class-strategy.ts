import type { Strategy } from '#api/resource-definition.ts';
import type { PriorityClass } from './priority-class.ts';

export const priorityClassStrategy: Strategy<PriorityClass> = {
  hasGeneration: true,
  applyDefaults(priorityClass) {
    priorityClass.preemptionPolicy ??= 'PreemptLowerPriority';
  },
};
