import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';
import { toleratesTaint } from '../../framework/tolerations.ts';

const NAME = 'NodeUnschedulable';
const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };

/** Cordoned nodes take no pods, unless these tolerate it. */
export const nodeUnschedulable: Plugin = {
  name: NAME,
  events: ['NodeAdd', 'NodeUpdateTaint'],
  filter({ pod }, { node }) {
    if (!node.spec?.unschedulable) return undefined;
    const tolerated = (pod.pod.spec?.tolerations ?? []).some((toleration) => toleratesTaint(toleration, TAINT));
    return tolerated ? undefined : unresolvable(NAME, 'node(s) were unschedulable');
  },
};
