import type { DaemonSet } from '#api/apps/v1/daemon-set.ts';
import type { Toleration } from '#api/core/v1/affinity.ts';
import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { toleratesNode, wantsNode } from '../shared/nodes/node-fit.ts';
import { podFromTemplate } from '../shared/pod-control.ts';
import { REVISION_HASH } from '../shared/revisions/revision-plan.ts';

const KIND = { apiVersion: 'apps/v1', kind: 'DaemonSet' };
const toleration = (key: string, effect: string): Toleration => ({
  key: `node.kubernetes.io/${key}`,
  operator: 'Exists',
  effect,
});

/** What daemons put up with: they belong to the node, in good and in bad times. */
const TOLERATIONS: readonly Toleration[] = [
  toleration('not-ready', 'NoExecute'),
  toleration('unreachable', 'NoExecute'),
  toleration('disk-pressure', 'NoSchedule'),
  toleration('memory-pressure', 'NoSchedule'),
  toleration('pid-pressure', 'NoSchedule'),
  toleration('unschedulable', 'NoSchedule'),
];
const OF_HOST_NETWORK = toleration('network-unavailable', 'NoSchedule');

function tolerationsOf({ tolerations = [], hostNetwork }: PodSpec): readonly Toleration[] {
  const same = (a: Toleration, b: Toleration) => a.key === b.key && a.effect === b.effect && a.operator === b.operator;
  const added = hostNetwork ? [...TOLERATIONS, OF_HOST_NETWORK] : TOLERATIONS;
  return [...tolerations, ...added.filter((one) => !tolerations.some((own) => same(own, one)))];
}

/** Whether a node is to get a daemon, and whether one that is there may stay. */
export function daemonOnNode({ spec }: DaemonSet, node: Node): { readonly runs: boolean; readonly stays: boolean } {
  const pod = spec?.template?.spec ?? { containers: [] };
  if (!wantsNode(pod, node)) return { runs: false, stays: false };
  const tolerations = tolerationsOf(pod);
  return {
    runs: toleratesNode(tolerations, node, ['NoSchedule', 'NoExecute']),
    stays: toleratesNode(tolerations, node, ['NoExecute']),
  };
}

/** The daemon of a node: the scheduler binds it, and to this node only. */
export function daemonPod(set: DaemonSet, nodeName: string, hash: string): Pod {
  const pod = podFromTemplate(set, KIND, set.spec?.template);
  const spec = pod.spec ?? { containers: [] };
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [nodeName] }];
  const nodeAffinity = {
    ...spec.affinity?.nodeAffinity,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] },
  };
  return {
    metadata: { ...pod.metadata, labels: { ...pod.metadata?.labels, ...generationLabel(set), [REVISION_HASH]: hash } },
    spec: { ...spec, affinity: { ...spec.affinity, nodeAffinity }, tolerations: tolerationsOf(spec) },
  };
}

/** How often the template has changed, as it was told before there were revisions. */
function generationLabel({ metadata }: DaemonSet): Record<string, string> {
  const generation = metadata?.annotations?.['deprecated.daemonset.template.generation'];
  return generation === undefined ? {} : { 'pod-template-generation': generation };
}

/** The node that a daemon is for, whether it is bound already or not. */
export function nodeOf({ spec }: Pod): string | undefined {
  if (spec?.nodeName) return spec.nodeName;
  const terms = spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [];
  return terms
    .flatMap(({ matchFields }) => matchFields ?? [])
    .find(({ key, operator }) => key === 'metadata.name' && operator === 'In')?.values?.[0];
}
