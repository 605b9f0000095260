import { isItself } from '../../framework/own-change.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

const NAME = 'SchedulingGates';

/** A pod with gates is not tried until they are taken away. */
export const schedulingGates = (): Plugin => ({
  name: NAME,
  events: { UnscheduledPodUpdatePodSchedulingGatesEliminated: isItself },
  preEnqueue({ pod }) {
    const gates = pod.spec?.schedulingGates ?? [];
    if (gates.length === 0) return undefined;
    return unresolvable(NAME, `waiting for scheduling gates: [${gates.map((gate) => gate.name).join(' ')}]`);
  },
});
