import type { Plugin } from '../../framework/plugin.ts';
import { unschedulable } from '../../framework/status.ts';
import { portsConflict } from '../../state/pod-info.ts';

const NAME = 'NodePorts';

/** A host port is given out once a node. */
export const nodePorts: Plugin = {
  name: NAME,
  events: ['NodeAdd', 'AssignedPodDelete'],
  preFilter: ({ pod }) => (pod.hostPorts.length === 0 ? { code: 'Skip', reasons: [], plugin: NAME } : undefined),
  filter({ pod }, node) {
    for (const used of node.usedPorts()) {
      if (pod.hostPorts.some((port) => portsConflict(port, used))) {
        return unschedulable(NAME, "node(s) didn't have free ports for the requested pod ports");
      }
    }
    return undefined;
  },
};
