import type { Node } from '#api/core/v1/node.ts';
import { isItself } from '../../framework/own-change.ts';
import type { Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';
import { toleratesTaint } from '../../framework/tolerations.ts';
import type { PodClass } from '../../state/pod-class.ts';

const NAME = 'NodeUnschedulable';
const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
const CORDONED = unresolvable(NAME, 'node(s) were unschedulable');

/** Cordoned nodes take no pods, unless these tolerate it. */
export const nodeUnschedulable = (): Plugin => ({
  name: NAME,
  isLocal: true,
  events: {
    NodeAdd: (_pod, node) => !(node as Node).spec?.unschedulable,
    NodeUpdateTaint: (_pod, node, old) =>
      (old as Node | undefined)?.spec?.unschedulable === true && !(node as Node).spec?.unschedulable,
    UnscheduledPodUpdatePodToleration: (pod, object, old) => isItself(pod, object, old) && bearsCordons(pod.class),
  },
  filter({ pod }, { node }) {
    if (!node.spec?.unschedulable) return undefined;
    return bearsCordons(pod.class) ? undefined : CORDONED;
  },
});

const bearsCordons = ({ pod }: PodClass): boolean =>
  pod.spec?.tolerations?.some((toleration) => toleratesTaint(toleration, TAINT)) ?? false;
