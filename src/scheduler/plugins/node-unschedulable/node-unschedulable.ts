import type { Node } from '#api/core/v1/node.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';
import { toleratesTaint } from '../../framework/tolerations.ts';

const NAME = 'NodeUnschedulable';
const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const CORDONED = unresolvable(NAME, 'node(s) were unschedulable');

/** Cordoned nodes take no pods, unless these tolerate it. */
export const nodeUnschedulable = (): Plugin => ({
  name: NAME,
  isLocal: true,
  events: { NodeAdd: isOpen, NodeUpdateTaint: isOpen },
  filter({ pod }, { node }) {
    if (!node.spec?.unschedulable) return undefined;
    const tolerations = pod.class.pod.spec?.tolerations ?? [];
    return tolerations.some((toleration) => toleratesTaint(toleration, TAINT)) ? undefined : CORDONED;
  },
});

function isOpen(_pod: unknown, node: unknown): boolean {
  return !(node as Node).spec?.unschedulable;
}
