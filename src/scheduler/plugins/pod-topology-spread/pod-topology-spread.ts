import type { TopologySpreadConstraint } from '#api/core/v1/affinity.ts';
import { type Cycle, MAX_NODE_SCORE, type Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { skip, unresolvable, unschedulable } from '../../framework/status.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import { createDefaultSelector } from './default-selector.ts';
import type { SpreadCount } from './spread-count.ts';
import { hasAllKeys, SpreadCounts, type SpreadSet } from './spread-counts.ts';
import { type SpreadPlan, SpreadPlans } from './spread-plan.ts';

const NAME = 'PodTopologySpread';
const SKIP = skip(NAME);
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
  const planOf = ({ data, pod }: Cycle) => (data.get(NAME) as SpreadPlan | undefined) ?? plans.of(pod.class);
  return {
    name: NAME,
    events: {
      NodeAdd: true,
      NodeUpdateLabel: true,
      NodeUpdateTaint: true,
      AssignedPodAdd: true,
      AssignedPodUpdate: true,
      AssignedPodDelete: true,
    },
    preFilter({ pod, data }) {
      const plan = plans.of(pod.class);
      data.set(NAME, plan);
      return plan.hard.counts.length === 0 ? SKIP : undefined;
    },
    filter(cycle, { slot }) {
      const { labels } = cycle.pod.class;
      for (const count of planOf(cycle).hard.counts) {
        if (count.topology.domainOf(slot) < 0) return OUTSIDE;
        const { maxSkew, minDomains, selector } = count.constraint;
        const least = count.domainCount < minDomains ? 0 : count.least;
        const own = selector.matches(labels) ? 1 : 0;
        if (count.inDomainOf(slot) + own - least > maxSkew) return UNEVEN;
      }
      return undefined;
    },
    preScore(cycle, nodes) {
      const { soft } = planOf(cycle);
      if (soft.counts.length === 0) return SKIP;
      cycle.data.set(`${NAME} scores`, weightsOf(soft, nodes));
      return undefined;
    },
    score(cycle, node) {
      const { soft } = planOf(cycle);
      const { isIgnored, weights } = cycle.data.get(`${NAME} scores`) as Weights;
      if (isIgnored(node)) return IGNORED;
      let score = 0;
      for (let index = 0; index < soft.counts.length; index++) {
        const count = soft.counts[index] as SpreadCount;
        if (count.topology.domainOf(node.slot) < 0) continue;
        const pods = isByNode(count) ? count.on(node.slot) : count.inDomainOf(node.slot);
        score += pods * (weights[index] as number) + (count.constraint.maxSkew - 1);
      }
      return Math.round(score);
    },
    normalize: (_cycle, scores) => fewestFirst(scores),
  };
}

/** Stands for nodes that lack a label; they get the lowest score. */
const IGNORED = -1;

interface Weights {
  readonly isIgnored: (node: NodeInfo) => boolean;
  /** By constraint: pods in large topologies count more, so that small ones do not drown them. */
  readonly weights: readonly number[];
}

function weightsOf({ counts, needsAllKeys }: SpreadSet, nodes: readonly NodeInfo[]): Weights {
  const isIgnored = (node: NodeInfo) => needsAllKeys && !hasAllKeys(counts, node);
  const scored = needsAllKeys ? nodes.filter((node) => !isIgnored(node)) : nodes;
  const weights = counts.map((count) => Math.log((isByNode(count) ? scored.length : domains(count, scored)) + 2));
  return { isIgnored, weights };
}

function domains({ topology }: SpreadCount, nodes: readonly NodeInfo[]): number {
  const seen = new Set<number>();
  for (const { slot } of nodes) seen.add(topology.domainOf(slot));
  return seen.size;
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
