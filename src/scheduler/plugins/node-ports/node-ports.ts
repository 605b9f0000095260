import type { Pod } from '#api/core/v1/pod.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip, unschedulable } from '../../framework/status.ts';
import { hostPortsOf, portsConflict } from '../../state/pod-class.ts';

const NAME = 'NodePorts';
const SKIP = skip(NAME);
const TAKEN = unschedulable(NAME, "node(s) didn't have free ports for the requested pod ports");

/** A host port is given out once a node. */
export const nodePorts = (): Plugin => ({
  name: NAME,
  isLocal: true,
  events: {
    NodeAdd: true,
    AssignedPodDelete: (pod, gone) =>
      hostPortsOf(gone as Pod).some((freed) => pod.class.hostPorts.some((port) => portsConflict(port, freed))),
  },
  preFilter: ({ pod }) => (pod.class.hostPorts.length === 0 ? SKIP : undefined),
  filter({ pod }, node) {
    for (const used of node.usedPorts()) {
      if (pod.class.hostPorts.some((port) => portsConflict(port, used))) return TAKEN;
    }
    return undefined;
  },
});
