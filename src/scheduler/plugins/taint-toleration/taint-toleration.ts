import { normalizeByHighest, type Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';
import { toleratesTaint, untolerated } from '../../framework/tolerations.ts';

const NAME = 'TaintToleration';

/** Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with few taints that only ask to be avoided. */
export const taintToleration: Plugin = {
  name: NAME,
  weight: 3,
  events: ['NodeAdd', 'NodeUpdateTaint'],
  filter({ pod }, { node }) {
    const taint = untolerated(node.spec?.taints, pod.pod.spec?.tolerations ?? [], ['NoSchedule', 'NoExecute']);
    if (taint === undefined) return undefined;
    return unresolvable(NAME, `node(s) had untolerated taint(s)`);
  },
  score({ pod }, { node }) {
    const relevant = (pod.pod.spec?.tolerations ?? []).filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    return (node.spec?.taints ?? []).filter(
      (taint) =>
        taint.effect === 'PreferNoSchedule' && !relevant.some((toleration) => toleratesTaint(toleration, taint)),
    ).length;
  },
  normalize: (_cycle, scores) => normalizeByHighest(scores, true),
};
