import { keyOf } from '#client/object-store.ts';
import type { GroupCycle, Placement } from '../../framework/placement.ts';
import type { Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';

const NAME = 'TopologyPlacementGenerator';

/** Parts nodes by the label that all nodes of a group have to agree in: by that of its pods that have nodes, if any. */
export function topologyPlacementGenerator({ featureGates }: PluginContext): Plugin {
  if (!featureGates?.has('TopologyAwareWorkloadScheduling')) return { name: NAME };
  return {
    name: NAME,
    generatePlacements(cycle, parent) {
      const key = cycle.group.spec?.schedulingConstraints?.topology?.[0]?.key;
      if (key === undefined) return [parent];
      const taken = domainTaken(cycle, key);
      const nodes = new Map<string, Set<string>>();
      for (const name of parent.nodes) {
        const domain = cycle.state.get(name)?.node.metadata?.labels?.[key];
        if (domain === undefined || (taken !== undefined && domain !== taken)) continue;
        nodes.set(domain, (nodes.get(domain) ?? new Set()).add(name));
      }
      return [...nodes].map(([name, of]): Placement => ({ name, nodes: of }));
    },
  };
}

function domainTaken({ members, state }: GroupCycle, key: string): string | undefined {
  let taken: string | undefined;
  for (const uid of members) {
    const nodeName = state.nodeNameOf(uid);
    if (nodeName === undefined) continue;
    const node = state.get(nodeName);
    const pod = node?.pods.get(uid)?.pod;
    const name = pod ? keyOf(pod) : uid;
    if (node === undefined) throw wrong(`getting node for pod ${name}: nodeinfo not found for node name "${nodeName}"`);
    const domain = node.node.metadata?.labels?.[key];
    if (domain === undefined) throw wrong(`no topology domain found for pod ${name}`);
    if (taken !== undefined && taken !== domain)
      throw wrong(`more than 1 domain found for pod group: ${taken}, ${domain}`);
    taken = domain;
  }
  return taken;
}

const wrong = (what: string) => new Error(`cannot determine domain for already scheduled pods: ${what}`);
