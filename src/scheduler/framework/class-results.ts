import type { ClusterState } from '../state/cluster-state.ts';
import type { Plugin } from './plugin.ts';
import { Ranking } from './ranking.ts';
import type { Status } from './status.ts';

/** A plugin of a profile, with the weight of its scores there. */
export interface WeightedPlugin {
  readonly plugin: Plugin;
  readonly weight: number;
}

/** The local plugins that score pods of a class. */
export interface LocalScorers {
  /** Those whose scores stand by themselves. */
  readonly plain: readonly WeightedPlugin[];
  /** Those whose scores are compared with those of other nodes. */
  readonly compared: readonly WeightedPlugin[];
}

/** What is known of a node. */
export const UNKNOWN = 0;
export const FITS = 1;
export const REFUSED = 2;

/** Of more nodes than this what has changed is found out when they are needed. */
const MOST_OUTDATED = 64;

/**
 * What local plugins said of each node for pods of one class, by slot. Placing a pod makes what is known of one node
 * out of date, for every class; everything else stays.
 */
export class ClassResults {
  /** `UNKNOWN`, `FITS` or `REFUSED`. */
  known = new Uint8Array(0);
  readonly scorers: LocalScorers;
  /** The sum of weighted plain scores; where `known` says that the node fits. */
  plain = new Float64Array(0);
  /** A row of scores for each of those that are compared. */
  readonly compared: Float64Array[];
  /** The score that all nodes got of each of those that are compared; NaN when they got different ones. */
  readonly common: (number | undefined)[] = [];
  readonly #verdicts: (Status | undefined)[] = [];
  /** How many nodes got each verdict. */
  readonly #counts = new Map<Status, number>();
  #refused = 0;
  #upTo = -1;
  #ranking: Ranking | undefined;
  /** What was known until something changed, to be asked about again first. */
  #outdated: number[] = [];
  #cursor = 0;

  constructor(scorers: LocalScorers) {
    this.scorers = scorers;
    this.compared = scorers.compared.map(() => new Float64Array(0));
  }

  /** How many nodes are refused. */
  get refused(): number {
    return this.#refused;
  }

  /** Whether the plain scores alone tell which node is better: of those that are compared all nodes got the same. */
  get isPlain(): boolean {
    return !this.common.some(Number.isNaN);
  }

  /** Each verdict, and of how many nodes it holds. */
  get counts(): ReadonlyMap<Status, number> {
    return this.#counts;
  }

  verdictOf(slot: number): Status | undefined {
    return this.#verdicts[slot];
  }

  /** The nodes that fit by their plain scores. `ask` is to find out anew about those that have changed. */
  rank(ask: (slot: number) => void): Ranking {
    if (this.#ranking === undefined) {
      this.#ranking = new Ranking();
      for (let slot = 0; slot < this.known.length; slot++) {
        if (this.known[slot] === FITS) this.#ranking.set(slot, this.plain[slot] as number);
      }
    }
    for (const slot of this.#outdated) if (this.known[slot] === UNKNOWN) ask(slot);
    this.#outdated = [];
    return this.#ranking;
  }

  /** The next of these nodes to be looked at; after the last comes the first. */
  next(order: Int32Array): number {
    if (this.#cursor >= order.length) this.#cursor = 0;
    return order[this.#cursor++] as number;
  }

  /** Forgets what has changed since it was called last. */
  catchUp({ changes, slots }: ClusterState): void {
    this.#fit(slots);
    if (this.#upTo < 0 || !changes.since(this.#upTo, (slot) => this.#outdate(slot))) this.#forgetAll();
    this.#upTo = changes.last;
  }

  refuse(slot: number, verdict: Status): void {
    this.#forget(slot);
    this.known[slot] = REFUSED;
    this.#verdicts[slot] = verdict;
    this.#refused++;
    this.#counts.set(verdict, (this.#counts.get(verdict) ?? 0) + 1);
  }

  /** Notes that a node fits, and its plain score. */
  accept(slot: number, plain: number): void {
    this.#forget(slot);
    this.known[slot] = FITS;
    this.plain[slot] = plain;
    this.#ranking?.set(slot, plain);
  }

  #forget(slot: number): void {
    if (this.known[slot] === REFUSED) {
      const verdict = this.#verdicts[slot] as Status;
      const left = (this.#counts.get(verdict) ?? 0) - 1;
      if (left > 0) this.#counts.set(verdict, left);
      else this.#counts.delete(verdict);
      this.#refused--;
      this.#verdicts[slot] = undefined;
    } else if (this.known[slot] === FITS) this.#ranking?.delete(slot);
    this.known[slot] = UNKNOWN;
  }

  #outdate(slot: number): void {
    if (this.#ranking && this.known[slot] !== UNKNOWN && this.#outdated.length < MOST_OUTDATED)
      this.#outdated.push(slot);
    this.#forget(slot);
  }

  #forgetAll(): void {
    this.known.fill(UNKNOWN);
    this.#verdicts.length = 0;
    this.#counts.clear();
    this.#refused = 0;
    this.#ranking?.clear();
    this.#outdated = [];
  }

  #fit(slots: number): void {
    if (slots <= this.known.length) return;
    const size = Math.max(64, 2 * this.known.length, slots);
    const known = new Uint8Array(size);
    known.set(this.known);
    this.known = known;
    this.plain = grown(this.plain, size);
    for (const [index, row] of this.compared.entries()) this.compared[index] = grown(row, size);
  }
}

function grown(old: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const array = new Float64Array(size);
  array.set(old);
  return array;
}
