import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { isItself } from '../../framework/own-change.ts';
import type { QueueingHint } from '../../framework/plugin.ts';
import type { PodInfo } from '../../state/pod-info.ts';
import { type NamespaceLabels, type PodTerm, podTerms, termMatches } from '../../state/pod-term.ts';

/** Which events may help pods that were refused for the sake of affinity, with the labels of namespaces. */
export function affinityHints(namespaceLabels: NamespaceLabels) {
  const matchesAll = (terms: readonly PodTerm[], pod: Pod | undefined): boolean =>
    terms.length > 0 && pod !== undefined && terms.every((term) => termMatches(term, siteOf(pod), namespaceLabels));
  const matchesAny = (terms: readonly PodTerm[], pod: Pod): boolean =>
    terms.some((term) => termMatches(term, siteOf(pod), namespaceLabels));
  const added: QueueingHint = (pod, object) => matchesAll(pod.class.terms.affinity, object as Pod);
  const updated: QueueingHint = (pod, object, old) => {
    const { affinity, antiAffinity } = pod.class.terms;
    const [now, before] = [object as Pod, old as Pod];
    if (!matchesAll(affinity, before) && matchesAll(affinity, now)) return true;
    if (matchesAny(antiAffinity, before) && !matchesAny(antiAffinity, now)) return true;
    return shuns(pod, before) && !shuns(pod, now);
  };
  const deleted: QueueingHint = (pod, object) =>
    matchesAny(pod.class.terms.antiAffinity, object as Pod) || shuns(pod, object as Pod);
  const shuns = (pod: PodInfo, other: Pod): boolean => matchesAny(podTerms(other).antiAffinity, pod.pod);
  return {
    AssignedPodAdd: added,
    AssignedPodUpdate: updated,
    AssignedPodDelete: deleted,
    UnscheduledPodUpdatePodLabel: isItself,
  };
}

const siteOf = ({ metadata }: Pod) => ({ namespace: metadata?.namespace ?? '', labels: metadata?.labels ?? {} });

/** A node is news for pods whose terms speak of its labels, and for those that were kept from everywhere else. */
export const nodeHint: QueueingHint = ({ class: { terms } }, object, old) => {
  const labels = (node: unknown) => (node as Node | undefined)?.metadata?.labels ?? {};
  const [now, before] = [labels(object), labels(old)];
  const differs = ({ topologyKey }: PodTerm) => now[topologyKey] !== before[topologyKey];
  if (old === undefined) return terms.affinity.every(({ topologyKey }) => now[topologyKey] !== undefined);
  return [...terms.affinity, ...terms.antiAffinity].some(differs) || terms.affinity.length === 0;
};
