import type { ResourceDefinition } from '../../resource-definition.ts';
import { type StatefulSet, StatefulSets } from './stateful-set.ts';

/** StatefulSets as a server serves them that lets several pods be missing during an update. */
export const StatefulSetsWithMaxUnavailable: ResourceDefinition<StatefulSet> = {
  ...StatefulSets,
  strategy: {
    ...StatefulSets.strategy,
    applyDefaults(set) {
      StatefulSets.strategy.applyDefaults?.(set);
      const { type, rollingUpdate } = set.spec?.updateStrategy ?? {};
      if (type === 'RollingUpdate' && rollingUpdate) rollingUpdate.maxUnavailable ??= 1;
    },
  },
};
