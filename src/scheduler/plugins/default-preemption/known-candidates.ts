import type { Status } from '../../framework/status.ts';
import { Verdicts } from '../../framework/verdicts.ts';
import type { ClusterState } from '../../state/cluster-state.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { Candidate } from './victims.ts';

/** What is known of a node. */
export const UNKNOWN = 0;
export const NONE = 1;
const CANDIDATE = 2;

/** What was found for a class of preemptors on each node, by slot, for as long as neither the node nor any budget changes. */
export class KnownCandidates {
  /** `UNKNOWN`, `NONE` or anything else for candidates. */
  kinds = new Uint8Array(0);
  readonly candidates: (Candidate | undefined)[] = [];
  readonly #refusals: (Status | undefined)[] = [];
  #upTo = -1;
  #budgets = -1;

  /** Forgets what has changed since it was called last. */
  catchUp({ changes, slots }: ClusterState, budgets: number): void {
    const forget = (slot: number) => {
      this.kinds[slot] = UNKNOWN;
    };
    const isSmall = this.kinds.length < slots;
    if (isSmall) this.kinds = new Uint8Array(2 * slots);
    else if (this.#budgets !== budgets || !changes.since(this.#upTo, forget)) this.kinds.fill(UNKNOWN);
    this.#upTo = changes.last;
    this.#budgets = budgets;
  }

  /** Undefined: the node was not asked, or has nobody to be sent away. */
  set(slot: number, result: Candidate | Status | undefined): void {
    const isCandidate = result !== undefined && !('code' in result);
    this.kinds[slot] = isCandidate ? CANDIDATE : NONE;
    this.candidates[slot] = isCandidate ? result : undefined;
    this.#refusals[slot] = isCandidate ? undefined : result;
  }

  /** Why nodes are no candidates; of all of them, after none was left unknown. */
  verdicts(state: ClusterState): Verdicts {
    const verdicts = new Map<NodeInfo, Status>();
    for (const node of state.list()) {
      const refusal = this.#refusals[node.slot];
      if (refusal) verdicts.set(node, refusal);
    }
    return new Verdicts(verdicts);
  }
}
