import type { Strategy } from '#api/resource-definition.ts';
import type { PriorityLevelConfiguration } from './priority-level-configuration.ts';
import { validatePriorityLevelConfiguration } from './priority-level-configuration-validation.ts';

export const priorityLevelConfigurationStrategy: Strategy<PriorityLevelConfiguration> = {
  hasGeneration: true,
  applyDefaults({ spec }) {
    if (spec?.type === 'Exempt') {
      const exempt = (spec.exempt ??= {});
      exempt.nominalConcurrencyShares ??= 0;
      exempt.lendablePercent ??= 0;
    }
    const limited = spec?.limited;
    if (!limited) return;
    limited.nominalConcurrencyShares ??= 30;
    limited.lendablePercent ??= 0;
    const queuing = limited.limitResponse?.queuing;
    if (!queuing) return;
    queuing.queues ||= 64;
    queuing.handSize ||= 8;
    queuing.queueLengthLimit ||= 50;
  },
  prepareForCreate(configuration) {
    configuration.status = {};
  },
  validate: validatePriorityLevelConfiguration,
};
