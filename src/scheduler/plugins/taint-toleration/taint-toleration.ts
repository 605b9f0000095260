import type { Node } from '#api/core/v1/node.ts';
import { isItself } from '../../framework/own-change.ts';
import { normalizeByHighest, type Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';
import { toleratesTaint, untolerated } from '../../framework/tolerations.ts';
import type { PodClass } from '../../state/pod-class.ts';

const NAME = 'TaintToleration';
const REFUSED = unresolvable(NAME, 'node(s) had untolerated taint(s)');

/** Keeps pods off nodes whose taints they do not tolerate, and prefers nodes with few taints that only ask to be avoided. */
export const taintToleration = (): Plugin => ({
  name: NAME,
  isLocal: true,
  events: {
    NodeAdd: (pod, node) => isTolerated(pod.class, node as Node),
    NodeUpdateTaint: (pod, node, old) =>
      isTolerated(pod.class, node as Node) && (old === undefined || !isTolerated(pod.class, old as Node)),
    UnscheduledPodUpdatePodToleration: isItself,
  },
  filter: ({ pod }, { node }) => (isTolerated(pod.class, node) ? undefined : REFUSED),
  score({ pod }, { node }) {
    const { taints } = node.spec ?? {};
    if (!taints?.length) return 0;
    const tolerations = pod.class.pod.spec?.tolerations ?? [];
    const relevant = tolerations.filter(({ effect }) => !effect || effect === 'PreferNoSchedule');
    return taints.filter(
      (taint) =>
        taint.effect === 'PreferNoSchedule' && !relevant.some((toleration) => toleratesTaint(toleration, taint)),
    ).length;
  },
  normalize: (_cycle, scores) => normalizeByHighest(scores, true),
});

const isTolerated = ({ pod }: PodClass, { spec }: Node): boolean =>
  !spec?.taints?.length || !untolerated(spec.taints, pod.spec?.tolerations ?? [], ['NoSchedule', 'NoExecute']);
