import { PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import { type Diagnosis, diagnosisMessage } from '../../framework/diagnosis.ts';
import type { Cycle, Plugin, PostFilterResult } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { type Status, unresolvable } from '../../framework/status.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { PodClass } from '../../state/pod-class.ts';
import type { PodInfo } from '../../state/pod-info.ts';
import { selectVictims } from './dry-run.ts';
import { Evictions } from './eviction.ts';
import { leastHarm, type Victims } from './victims.ts';

const NAME = 'DefaultPreemption';
const UNHELPFUL = unresolvable(NAME, 'Preemption is not helpful for scheduling');
const UNDER_WAY = unresolvable(NAME, 'waiting for the preemption for this pod to be finished');

export interface DefaultPreemptionArgs {
  /** How many candidates are looked at, of a hundred nodes. */
  readonly minCandidateNodesPercentage?: number;
  readonly minCandidateNodesAbsolute?: number;
}

/** Makes room for pods of higher priority by sending away others. */
export function defaultPreemption(context: PluginContext, args: DefaultPreemptionArgs = {}): Plugin {
  const evictions = new Evictions(context);
  const search = new CandidateSearch(context, args);
  return {
    name: NAME,
    preEnqueue: ({ uid }) => (evictions.isUnderWay(uid) ? UNDER_WAY : undefined),
    postFilter(cycle, diagnosis): PostFilterResult {
      const ineligible = whyIneligible(context, cycle.pod, diagnosis);
      if (ineligible) return { reasons: [`preemption: ${ineligible}`] };
      const { candidates, verdicts } = search.find(cycle, diagnosis);
      const best = leastHarm(candidates);
      if (best === undefined) {
        const nodeCount = context.state.list().length;
        const text = diagnosisMessage({ nodeCount, verdicts, absent: UNHELPFUL, plugins: new Set() });
        return { nominated: '', reasons: [`preemption: ${text}`] };
      }
      evictions.start(cycle.pod, best);
      return { nominated: best.nodeName };
    },
  };
}

/** A pod that never preempts, or for which room is being made already, does not preempt. */
function whyIneligible(
  { state, nominations }: PluginContext,
  { pod, uid, priority }: PodInfo,
  { verdicts }: Diagnosis,
): string | undefined {
  if (pod.spec?.preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  const nominated = state.get(nominations.nodeOf(uid) ?? '');
  if (nominated === undefined || verdicts.get(nominated)?.code === 'UnschedulableAndUnresolvable') return undefined;
  for (const other of nominated.pods.values()) {
    if (other.priority < priority && isBeingPreempted(other)) {
      return 'not eligible due to a terminating pod on the nominated node.';
    }
  }
  return undefined;
}

const isBeingPreempted = ({ pod }: PodInfo): boolean =>
  pod.metadata?.deletionTimestamp !== undefined &&
  (pod.status?.conditions ?? []).some(
    ({ type, status, reason }) =>
      type === 'DisruptionTarget' && status === 'True' && reason === 'PreemptionByScheduler',
  );

interface Found {
  readonly candidates: readonly Victims[];
  /** Why other nodes are none. */
  readonly verdicts: ReadonlyMap<NodeInfo, Status>;
}

/** What was found for a class on a node, for as long as neither the node nor any budget changes. */
interface Remembered {
  readonly generation: number;
  readonly budgets: number;
  readonly result: Victims | Status;
}

/** Looks for nodes on which sending away others would help. */
class CandidateSearch {
  readonly #context: PluginContext;
  readonly #args: DefaultPreemptionArgs;
  #budgetVersion = 0;
  #class: PodClass | undefined;
  #remembered: Remembered[] = [];

  constructor(context: PluginContext, args: DefaultPreemptionArgs) {
    this.#context = context;
    this.#args = args;
    const changed = () => void this.#budgetVersion++;
    context.informers.of(PodDisruptionBudgets).addHandler({ added: changed, updated: changed, deleted: changed });
  }

  /** Enough candidates, starting anywhere; at least one of them without breaking a budget, if there is one. */
  find(cycle: Cycle, diagnosis: Diagnosis): Found {
    const nodes = this.#possible(diagnosis);
    const candidates: Victims[] = [];
    const verdicts = new Map<NodeInfo, Status>();
    const wanted = this.#wanted(nodes.length);
    const offset = Math.floor(this.#context.random.next() * nodes.length);
    let harmless = 0;
    for (let index = 0; index < nodes.length; index++) {
      const node = nodes[(offset + index) % nodes.length] as NodeInfo;
      const result = this.#tryOn(cycle, node);
      if ('code' in result) verdicts.set(node, result);
      else if (result.pods.length > 0) {
        candidates.push(result);
        if (result.violations === 0) harmless++;
        if (harmless > 0 && candidates.length >= wanted) break;
      }
    }
    return { candidates, verdicts };
  }

  /** Nodes that did not refuse the pod whoever is there. */
  #possible({ verdicts, podVerdict }: Diagnosis): NodeInfo[] {
    if (podVerdict) return podVerdict.code === 'Unschedulable' ? [...this.#context.state.list()] : [];
    const nodes: NodeInfo[] = [];
    for (const [node, { code }] of verdicts) if (code === 'Unschedulable') nodes.push(node);
    return nodes;
  }

  #wanted(nodes: number): number {
    const { minCandidateNodesPercentage = 10, minCandidateNodesAbsolute = 100 } = this.#args;
    const share = Math.floor((nodes * minCandidateNodesPercentage) / 100);
    return Math.min(nodes, Math.max(share, minCandidateNodesAbsolute));
  }

  #tryOn(cycle: Cycle, node: NodeInfo): Victims | Status {
    const { state, nominations, informers, isLocal } = this.#context;
    const budgets = informers.of(PodDisruptionBudgets).store;
    const search = () =>
      selectVictims(this.#context, cycle, { node, budgets: budgets.size === 0 ? [] : budgets.list() });
    // What depends on other nodes, too, or on who of equal pods asks, is not remembered.
    if (!isLocal(cycle) || nominations.nodeOf(cycle.pod.uid) === node.name) return search();
    if (this.#class !== cycle.pod.class) {
      this.#class = cycle.pod.class;
      this.#remembered = [];
    }
    const generation = state.generationOf(node.slot);
    const known = this.#remembered[node.slot];
    if (known?.generation === generation && known.budgets === this.#budgetVersion) return known.result;
    const result = search();
    this.#remembered[node.slot] = { generation, budgets: this.#budgetVersion, result };
    return result;
  }
}
