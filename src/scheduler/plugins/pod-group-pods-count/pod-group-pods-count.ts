import { normalizeByHighest, type Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';

const NAME = 'PodGroupPodsCount';

/** Prefers placements that take more pods of a group. */
export function podGroupPodsCount({ featureGates }: PluginContext): Plugin {
  if (!featureGates?.has('TopologyAwareWorkloadScheduling')) return { name: NAME };
  return {
    name: NAME,
    scorePlacement({ members, state }) {
      let count = 0;
      for (const uid of members) if (state.nodeNameOf(uid) !== undefined) count++;
      return count;
    },
    normalizePlacements: (scores) => normalizeByHighest(scores),
  };
}
