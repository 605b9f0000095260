import type { TopologySpreadConstraint } from '#api/core/v1/affinity.ts';
import { type Cycle, MAX_NODE_SCORE, type Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { skip, unresolvable, unschedulable } from '../../framework/status.ts';
import { createDefaultSelector } from './default-selector.ts';
import type { SpreadCount } from './spread-count.ts';
import { hasAllKeys, SpreadCounts, type SpreadSet } from './spread-counts.ts';
import { spreadHints } from './spread-hints.ts';
import { type SpreadPlan, SpreadPlans } from './spread-plan.ts';

const NAME = 'PodTopologySpread';
const SKIP = skip(NAME);
const WEIGHTS = `${NAME} weights`;
const HOSTNAME = 'kubernetes.io/hostname';
const UNEVEN = unschedulable(NAME, "node(s) didn't match pod topology spread constraints");
const OUTSIDE = unresolvable(NAME, "node(s) didn't match pod topology spread constraints (missing required label)");

export interface PodTopologySpreadArgs {
  /** For pods that have none; without selectors. */
  readonly defaultConstraints?: readonly TopologySpreadConstraint[];
  readonly defaultingType?: 'System' | 'List';
}

const SYSTEM_CONSTRAINTS: readonly TopologySpreadConstraint[] = [
  { topologyKey: HOSTNAME, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
];

/** Spreads pods over zones, nodes or other domains. */
export function podTopologySpread({ state, informers }: PluginContext, args: PodTopologySpreadArgs = {}): Plugin {
  const isSystem = (args.defaultingType ?? 'System') === 'System';
  const plans = new SpreadPlans(new SpreadCounts(state), {
    constraints: isSystem ? SYSTEM_CONSTRAINTS : (args.defaultConstraints ?? []),
    isSystem,
    selectorOf: createDefaultSelector(informers),
  });
  // Asked for every node: what was found for the cycle is kept at hand.
  let last: { readonly cycle: Cycle; readonly plan: SpreadPlan } | undefined;
  const planOf = (cycle: Cycle): SpreadPlan => {
    if (last?.cycle !== cycle) last = { cycle, plan: plans.of(cycle.pod.class) };
    return last.plan;
  };
  return {
    name: NAME,
    events: spreadHints((podClass) => plans.of(podClass).hard.counts.map(({ constraint }) => constraint)),
    preFilter: (cycle) => (planOf(cycle).hard.counts.length === 0 ? SKIP : undefined),
    filter(cycle, { slot }) {
      const { counts } = planOf(cycle).hard;
      for (let index = 0; index < counts.length; index++) {
        const count = counts[index] as SpreadCount;
        if (count.topology.domainOf(slot) < 0) return OUTSIDE;
        const { maxSkew, minDomains, own } = count.constraint;
        const least = count.domainCount < minDomains ? 0 : count.least;
        if (count.inDomainOf(slot) + own - least > maxSkew) return UNEVEN;
      }
      return undefined;
    },
    preScore(cycle, slots) {
      const { soft } = planOf(cycle);
      if (soft.counts.length === 0) return SKIP;
      cycle.data.set(WEIGHTS, weightsOf(soft, slots));
      return undefined;
    },
    scoreAll: (cycle, slots, scores) =>
      scoreAll(planOf(cycle).soft, cycle.data.get(WEIGHTS) as readonly number[], { slots, scores }),
    normalize: (_cycle, scores) => fewestFirst(scores),
  };
}

/** Stands for nodes that lack a label; they get the lowest score. */
const IGNORED = -1;

/** By constraint: pods in large topologies count more, so that small ones do not drown them. */
const weightsOf = ({ counts, needsAllKeys }: SpreadSet, slots: Int32Array): number[] =>
  counts.map((count) => {
    const seen = new Uint8Array(count.topology.size + 1);
    const { domains } = count.topology;
    let nodes = 0;
    let distinct = 0;
    for (let index = 0; index < slots.length; index++) {
      const slot = slots[index] as number;
      if (needsAllKeys && !hasAllKeys(counts, slot)) continue;
      nodes++;
      const domain = (domains[slot] as number) + 1;
      if (seen[domain] === 0) distinct++;
      seen[domain] = 1;
    }
    return Math.log((isByNode(count) ? nodes : distinct) + 2);
  });

function scoreAll(
  { counts, needsAllKeys }: SpreadSet,
  weights: readonly number[],
  { slots, scores }: { readonly slots: Int32Array; readonly scores: Float64Array },
): void {
  scores.fill(0);
  for (let index = 0; index < counts.length; index++) {
    (counts[index] as SpreadCount).addTo(scores, slots, {
      weight: weights[index] as number,
      byNode: isByNode(counts[index] as SpreadCount),
    });
  }
  for (let index = 0; index < slots.length; index++) {
    const isIgnored = needsAllKeys && !hasAllKeys(counts, slots[index] as number);
    scores[index] = isIgnored ? IGNORED : Math.round(scores[index] as number);
  }
}

const isByNode = ({ constraint }: SpreadCount): boolean => constraint.topologyKey === HOSTNAME;

/** Turns numbers of pods around: the fewer, the higher. */
function fewestFirst(scores: Float64Array): void {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (const score of scores) {
    if (score === IGNORED) continue;
    lowest = Math.min(lowest, score);
    highest = Math.max(highest, score);
  }
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] as number;
    if (score === IGNORED) scores[index] = 0;
    else if (highest === 0) scores[index] = MAX_NODE_SCORE;
    else scores[index] = Math.trunc((MAX_NODE_SCORE * (highest + lowest - score)) / highest);
  }
}
