import type { Pod } from '#api/core/v1/pod.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { skip, unschedulable } from '../../framework/status.ts';
import { portsConflict } from '../../state/pod-class.ts';

const NAME = 'NodePorts';
const SKIP = skip(NAME);
const TAKEN = unschedulable(NAME, "node(s) didn't have free ports for the requested pod ports");

/** A host port is given out once a node. */
export const nodePorts = (): Plugin => ({
  name: NAME,
  isLocal: true,
  events: { NodeAdd: true, AssignedPodDelete: (_pod, gone) => hasHostPort(gone as Pod) },
  preFilter: ({ pod }) => (pod.class.hostPorts.length === 0 ? SKIP : undefined),
  filter({ pod }, node) {
    for (const used of node.usedPorts()) {
      if (pod.class.hostPorts.some((port) => portsConflict(port, used))) return TAKEN;
    }
    return undefined;
  },
});

const hasHostPort = ({ spec }: Pod): boolean =>
  [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].some((container) =>
    container.ports?.some((port) => (port.hostPort ?? 0) > 0),
  );
