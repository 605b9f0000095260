import { type PodDisruptionBudget, PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import type { Diagnosis } from '../../framework/diagnosis.ts';
import type { Cycle } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { RecentClasses } from '../../framework/recent-classes.ts';
import type { Status } from '../../framework/status.ts';
import { Verdicts } from '../../framework/verdicts.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import { selectVictims } from './dry-run.ts';
import { KnownCandidates } from './known-candidates.ts';
import { type Candidate, candidateOf } from './victims.ts';

export interface CandidateSearchArgs {
  /** How many candidates are looked at, of a hundred nodes. */
  readonly minCandidateNodesPercentage?: number;
  readonly minCandidateNodesAbsolute?: number;
}

/** The node on which making room does the least harm, or why room cannot be made on any. */
export type Found =
  | { readonly best: Candidate; readonly all: () => readonly Candidate[] }
  | { readonly best?: undefined; readonly verdicts: Verdicts };

/** Looks for nodes on which sending away others would help. */
export class CandidateSearch {
  readonly #context: PluginContext;
  readonly #args: CandidateSearchArgs;
  readonly #classes = new RecentClasses<KnownCandidates>();
  #budgetVersion = 0;

  constructor(context: PluginContext, args: CandidateSearchArgs) {
    this.#context = context;
    this.#args = args;
    const changed = () => void this.#budgetVersion++;
    context.informers.of(PodDisruptionBudgets).addHandler({ added: changed, updated: changed, deleted: changed });
  }

  /** The best of enough candidates, starting anywhere; at least one is without broken budgets, if there is such. */
  find(cycle: Cycle, diagnosis: Diagnosis): Found {
    const { state } = this.#context;
    const order = state.order();
    const possible = possibleCount(diagnosis, order.length);
    if (possible === 0) return { verdicts: new Verdicts() };
    const wanted = this.#wanted(possible);
    const known = this.#known(cycle);
    const ask = (slot: number) => this.#tryOn(cycle, slot, { diagnosis, known });
    for (;;) {
      known.explore(order, ask, () => known.size >= wanted && known.best?.violations === 0);
      const { best } = known;
      if (best === undefined) return { verdicts: known.verdicts(state) };
      const node = state.get(best.nodeName);
      if (node === undefined || isCurrent(best, node)) return { best, all: () => known.all(order) };
      ask(node.slot);
    }
  }

  budgets(): readonly PodDisruptionBudget[] {
    const { store } = this.#context.informers.of(PodDisruptionBudgets);
    return store.size === 0 ? [] : store.list();
  }

  #wanted(nodes: number): number {
    const { minCandidateNodesPercentage = 10, minCandidateNodesAbsolute = 100 } = this.#args;
    const share = Math.floor((nodes * minCandidateNodesPercentage) / 100);
    return Math.min(nodes, Math.max(share, minCandidateNodesAbsolute));
  }

  /** What was found for equal pods; nothing where filters look at other nodes, too, or at this very pod. */
  #known(cycle: Cycle): KnownCandidates {
    const { state, isLocal, nominations, random } = this.#context;
    const create = () => new KnownCandidates(Math.floor(random.next() * state.order().length));
    const isShared = isLocal(cycle) && nominations.nodeOf(cycle.pod.uid) === undefined;
    const known = (isShared ? this.#classes.of(cycle.pod.class, create) : undefined) ?? create();
    known.catchUp(state, this.#budgetVersion);
    return known;
  }

  #tryOn(
    cycle: Cycle,
    slot: number,
    { diagnosis, known }: { readonly diagnosis: Diagnosis; readonly known: KnownCandidates },
  ): void {
    const node = this.#context.state.at(slot);
    if (node === undefined) return;
    if (!isPossible(diagnosis, node)) return known.set(slot, { refusal: undefined });
    const result = this.#search(cycle, node);
    if ('code' in result) known.set(slot, { refusal: result });
    else known.set(slot, result.pods.length > 0 ? { candidate: result } : { refusal: undefined });
  }

  #search(cycle: Cycle, node: NodeInfo): Candidate | Status {
    const result = selectVictims(this.#context, cycle, { node, budgets: this.budgets() });
    return 'code' in result ? result : candidateOf(result);
  }
}

/** Whether nothing was told of the victims since: a pod that has started meanwhile takes no more room, but going harms it more. */
const isCurrent = ({ pods }: Candidate, node: NodeInfo): boolean => pods.every((pod) => node.pods.get(pod.uid) === pod);

/** Whether a node did not refuse the pod whoever is there. */
function isPossible({ podVerdict, verdicts }: Diagnosis, node: NodeInfo): boolean {
  return (podVerdict ?? verdicts.of(node))?.code === 'Unschedulable';
}

function possibleCount({ podVerdict, verdicts }: Diagnosis, nodes: number): number {
  if (podVerdict) return podVerdict.code === 'Unschedulable' ? nodes : 0;
  let count = 0;
  for (const [{ code }, many] of verdicts.counts()) if (code === 'Unschedulable') count += many;
  return count;
}
