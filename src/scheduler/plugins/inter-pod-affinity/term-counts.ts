import type { ClusterState } from '../../state/cluster-state.ts';
import { DomainCounts } from '../../state/domain-counts.ts';
import type { NodeInfo } from '../../state/node-info.ts';
import type { PodClass } from '../../state/pod-class.ts';
import type { PodInfo } from '../../state/pod-info.ts';
import { type NamespaceLabels, type PodTerm, termMatches } from '../../state/pod-term.ts';

/** Where the pods are that all of some terms select. */
export interface SelectedPods {
  readonly key: string;
  readonly terms: readonly PodTerm[];
  /** One for each topology key asked for. */
  readonly counts: readonly DomainCounts[];
  users: number;
}

/** Where the pods are that have a term. */
export interface TermHolders {
  readonly term: PodTerm;
  /** Pods that require to be apart from those selected. */
  readonly apart: DomainCounts;
  /** What they add to the score of a domain for pods that are selected. */
  readonly worth: DomainCounts;
  holders: number;
}

/**
 * Counts, by topology domain, the pods that terms select and the pods that have terms, and keeps them current pod by pod.
 * Counts of selected pods are kept while somebody uses them.
 */
export class TermCounts {
  readonly #state: ClusterState;
  readonly #namespaceLabels: NamespaceLabels;
  readonly #hardWeight: number;
  readonly #selected = new Map<string, SelectedPods>();
  readonly #held = new Map<string, TermHolders>();
  #version = 0;

  constructor(
    state: ClusterState,
    options: { readonly namespaceLabels: NamespaceLabels; readonly hardWeight: number },
  ) {
    this.#state = state;
    this.#namespaceLabels = options.namespaceLabels;
    this.#hardWeight = options.hardWeight;
    state.observe({
      podAdded: (pod, node) => this.#count(pod, node, 1),
      podRemoved: (pod, node) => this.#count(pod, node, -1),
    });
    for (const node of state.list()) for (const pod of node.pods.values()) this.#count(pod, node, 1);
  }

  /** Grows when terms come or go. */
  get version(): number {
    return this.#version;
  }

  /** Counts of the pods that all of these terms select, in the domains of each term's topology; to be released. */
  use(terms: readonly PodTerm[]): SelectedPods {
    const key = terms.map((term) => term.key).join('\0');
    let selected = this.#selected.get(key);
    if (selected === undefined) {
      const counts = terms.map((term) => new DomainCounts(this.#state.topology(term.topologyKey)));
      selected = { key, terms, counts, users: 0 };
      for (const node of this.#state.list()) {
        for (const pod of node.pods.values()) this.#countSelected(selected, pod.class, { slot: node.slot, sign: 1 });
      }
      this.#selected.set(key, selected);
    }
    selected.users++;
    return selected;
  }

  release(selected: SelectedPods): void {
    if (--selected.users === 0) this.#selected.delete(selected.key);
  }

  /** The terms of placed pods that select a pod of this class. */
  selecting(podClass: PodClass): TermHolders[] {
    return [...this.#held.values()].filter(({ term }) => this.matches(term, podClass));
  }

  matches(term: PodTerm, podClass: PodClass): boolean {
    return termMatches(term, podClass, this.#namespaceLabels);
  }

  #count({ class: its }: PodInfo, { slot }: NodeInfo, sign: 1 | -1): void {
    for (const selected of this.#selected.values()) this.#countSelected(selected, its, { slot, sign });
    if (!its.hasTerms) return;
    const { affinity, antiAffinity, preferred, avoided } = its.terms;
    for (const term of antiAffinity) this.#hold(term, sign).apart.add(slot, sign);
    if (this.#hardWeight > 0) {
      for (const term of affinity) this.#hold(term, sign).worth.add(slot, sign * this.#hardWeight);
    }
    for (const { term, weight } of preferred) this.#hold(term, sign).worth.add(slot, sign * weight);
    for (const { term, weight } of avoided) this.#hold(term, sign).worth.add(slot, sign * weight);
  }

  #countSelected(
    { terms, counts }: SelectedPods,
    podClass: PodClass,
    { slot, sign }: { readonly slot: number; readonly sign: 1 | -1 },
  ): void {
    for (const term of terms) if (!this.matches(term, podClass)) return;
    for (const each of counts) each.add(slot, sign);
  }

  #hold(term: PodTerm, sign: 1 | -1): TermHolders {
    let held = this.#held.get(term.key);
    if (held === undefined) {
      const topology = this.#state.topology(term.topologyKey);
      held = { term, apart: new DomainCounts(topology), worth: new DomainCounts(topology), holders: 0 };
      this.#held.set(term.key, held);
      this.#version++;
    }
    held.holders += sign;
    if (held.holders === 0) {
      this.#held.delete(term.key);
      this.#version++;
    }
    return held;
  }
}
