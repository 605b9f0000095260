import type { NodeAffinity, NodeSelectorTerm } from '#api/core/v1/affinity.ts';
import type { Node } from '#api/core/v1/node.ts';
import { matchesTerm, matchesTerms, requiredAffinityMatches } from '../../framework/node-affinity.ts';
import { type Cycle, normalizeByHighest, type Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { skip, unresolvable } from '../../framework/status.ts';
import type { PodClass } from '../../state/pod-class.ts';

const NAME = 'NodeAffinity';
const SKIP = skip(NAME);
const NOT_THE_POD = unresolvable(NAME, "node(s) didn't match Pod's node affinity/selector");
const NOT_THE_PROFILE = unresolvable(NAME, "node(s) didn't match scheduler-enforced node affinity");
const CONFLICTING = unresolvable(NAME, 'pod affinity terms conflict');

export interface NodeAffinityArgs {
  /** Holds for every pod of the profile. */
  readonly addedAffinity?: NodeAffinity;
}

/** Node selectors and node affinity, required and preferred. */
export function nodeAffinity(_context: PluginContext, { addedAffinity }: NodeAffinityArgs = {}): Plugin {
  const added = addedAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  const alsoPreferred = addedAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
  const preferred = ({ pod }: PodClass) => [
    ...alsoPreferred,
    ...(pod.spec?.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []),
  ];
  const mayFit = (podClass: PodClass, node: Node) =>
    (!added || matchesTerms(node, added)) && requiredAffinityMatches(podClass.pod, node);
  return {
    name: NAME,
    isLocal: true,
    events: {
      NodeAdd: (pod, node) => mayFit(pod.class, node as Node),
      NodeUpdateLabel: (pod, node, old) =>
        mayFit(pod.class, node as Node) && (old === undefined || !mayFit(pod.class, old as Node)),
    },
    preFilter({ pod }: Cycle) {
      const terms = requiredTerms(pod.class);
      if (!added && terms === undefined && !pod.class.pod.spec?.nodeSelector) return SKIP;
      const nodeNames = terms && namesIn(terms);
      if (nodeNames === undefined) return undefined;
      return nodeNames.size === 0 ? CONFLICTING : { nodeNames };
    },
    filter({ pod }, { node }) {
      if (added && !matchesTerms(node, added)) return NOT_THE_PROFILE;
      return requiredAffinityMatches(pod.class.pod, node) ? undefined : NOT_THE_POD;
    },
    preScore: ({ pod }) => (preferred(pod.class).length > 0 ? undefined : SKIP),
    score({ pod }, { node }) {
      return preferred(pod.class).reduce(
        (sum, { weight, preference }) => sum + (matchesTerm(node, preference) ? weight : 0),
        0,
      );
    },
    normalize: (_cycle, scores) => normalizeByHighest(scores),
  };
}

const requiredTerms = ({ pod }: PodClass) =>
  pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;

/** The nodes that the terms name; undefined when one of them names none, so that any node may fit. */
function namesIn(terms: readonly NodeSelectorTerm[]): Set<string> | undefined {
  const names = new Set<string>();
  for (const { matchFields = [] } of terms) {
    let ofTerm: string[] | undefined;
    for (const { key, operator, values = [] } of matchFields) {
      if (key !== 'metadata.name' || operator !== 'In') continue;
      ofTerm = ofTerm ? ofTerm.filter((name) => values.includes(name)) : [...values];
    }
    if (ofTerm === undefined) return undefined;
    for (const name of ofTerm) names.add(name);
  }
  return names;
}
