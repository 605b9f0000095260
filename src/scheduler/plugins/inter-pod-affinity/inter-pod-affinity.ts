import { Namespaces } from '#api/core/v1/namespace.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { MAX_NODE_SCORE, type Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { skip, unresolvable, unschedulable } from '../../framework/status.ts';
import type { DomainCounts } from '../../state/domain-counts.ts';
import { affinityHints, nodeHint } from './affinity-hints.ts';
import { AffinityPlans } from './affinity-plan.ts';
import { TermCounts } from './term-counts.ts';

const NAME = 'InterPodAffinity';
const SKIP = skip(NAME);
const NOT_NEAR = unresolvable(NAME, "node(s) didn't match pod affinity rules");
const NOT_APART = unschedulable(NAME, "node(s) didn't match pod anti-affinity rules");
const SHUNNED = unschedulable(NAME, "node(s) didn't satisfy existing pods anti-affinity rules");

export interface InterPodAffinityArgs {
  /** What a required affinity of placed pods adds to the score, 0…100. */
  readonly hardPodAffinityWeight?: number;
  readonly ignorePreferredTermsOfExistingPods?: boolean;
}

/** Keeps pods near to and apart from other pods, as these and those ask for. */
export function interPodAffinity({ state, informers }: PluginContext, args: InterPodAffinityArgs = {}): Plugin {
  const namespaces = informers.of(Namespaces);
  const counts = new TermCounts(state, {
    namespaceLabels: (name) => namespaces.store.get(name)?.metadata?.labels,
    hardWeight: args.hardPodAffinityWeight ?? 1,
  });
  const plans = new AffinityPlans(counts, { ignoresPreferences: args.ignorePreferredTermsOfExistingPods ?? false });
  namespaces.addHandler({
    added: () => plans.clear(),
    updated: (now, old) => {
      if (!deepEqual(now.metadata?.labels, old.metadata?.labels)) plans.clear();
    },
  });
  return {
    name: NAME,
    events: {
      NodeAdd: nodeHint,
      NodeUpdateLabel: nodeHint,
      ...affinityHints((name) => namespaces.store.get(name)?.metadata?.labels),
      NamespaceUpdate: true,
    },
    preFilter({ pod }) {
      const { near, apart, shunned } = plans.of(pod.class);
      return near.length + apart.length + shunned.length === 0 ? SKIP : undefined;
    },
    filter({ pod }, { slot }) {
      const { near, isItsOwnKind, apart, shunned } = plans.of(pod.class);
      if (near.length > 0 && !isNear(near, slot, isItsOwnKind)) return NOT_NEAR;
      if (hasAny(apart, slot)) return NOT_APART;
      return hasAny(shunned, slot) ? SHUNNED : undefined;
    },
    preScore: (cycle) => (plans.of(cycle.pod.class).worth.some(({ counts: each }) => !each.isEven) ? undefined : SKIP),
    scoreAll(cycle, slots, scores) {
      scores.fill(0);
      for (const { counts: each, weight } of plans.of(cycle.pod.class).worth)
        if (!each.isEven) each.addTo(scores, slots, weight);
    },
    normalize: (_cycle, scores) => spreadOut(scores),
  };
}

function isNear(near: readonly DomainCounts[], slot: number, isItsOwnKind: boolean): boolean {
  let isThere = true;
  for (const each of near) {
    if (each.topology.domainOf(slot) < 0) return false;
    if (each.at(slot) <= 0) isThere = false;
  }
  // The first of pods that want to be near to their own kind goes anywhere.
  return isThere || (isItsOwnKind && near.every((each) => each.isEmpty));
}

function hasAny(counts: readonly DomainCounts[], slot: number): boolean {
  for (let index = 0; index < counts.length; index++) if ((counts[index] as DomainCounts).at(slot) > 0) return true;
  return false;
}

/** Brings the lowest score to 0 and the highest to 100. */
function spreadOut(scores: Float64Array): void {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = Number.NEGATIVE_INFINITY;
  for (const score of scores) {
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  const distance = highest - lowest;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] as number;
    scores[index] = distance > 0 ? Math.trunc(MAX_NODE_SCORE * ((score - lowest) / distance)) : 0;
  }
}
