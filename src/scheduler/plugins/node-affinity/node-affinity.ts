import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { matchesTerm, matchesTerms } from '../../framework/node-affinity.ts';
import { normalizeByHighest, type Plugin } from '../../framework/plugin.ts';
import { unresolvable } from '../../framework/status.ts';

const NAME = 'NodeAffinity';
const skip = { code: 'Skip', reasons: [], plugin: NAME } as const;

/** Node selectors and node affinity, required and preferred. */
export const nodeAffinity: Plugin = {
  name: NAME,
  weight: 2,
  events: ['NodeAdd', 'NodeUpdateLabel'],
  preFilter: ({ pod }) => (requiredTerms(pod.pod) || pod.pod.spec?.nodeSelector ? undefined : skip),
  filter({ pod }, { node }) {
    return matchesRequired(pod.pod, node)
      ? undefined
      : unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");
  },
  preScore: ({ pod }) => (preferredTerms(pod.pod).length > 0 ? undefined : skip),
  score({ pod }, { node }) {
    return preferredTerms(pod.pod).reduce(
      (sum, { weight, preference }) => sum + (matchesTerm(node, preference) ? weight : 0),
      0,
    );
  },
  normalize: (_cycle, scores) => normalizeByHighest(scores),
};

/** Whether a node has what a pod's node selector and required node affinity ask for. */
export function matchesRequired(pod: Pod, node: Node): boolean {
  const labels = node.metadata?.labels ?? {};
  const selector = Object.entries(pod.spec?.nodeSelector ?? {});
  if (!selector.every(([key, value]) => labels[key] === value)) return false;
  const terms = requiredTerms(pod);
  return terms === undefined || matchesTerms(node, terms);
}

const requiredTerms = (pod: Pod) =>
  pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;

const preferredTerms = (pod: Pod) =>
  pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
