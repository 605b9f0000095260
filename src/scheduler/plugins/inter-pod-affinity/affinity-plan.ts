import type { DomainCounts } from '../../state/domain-counts.ts';
import type { PodClass } from '../../state/pod-class.ts';
import type { SelectedPods, TermCounts, TermHolders } from './term-counts.ts';

/** Everything that decides where a class of pods may go and wants to go, by other pods. */
export interface AffinityPlan {
  /** Where the pods are that it must be near to, a count for each of its terms. */
  readonly near: readonly DomainCounts[];
  /** Whether it is itself one of the pods that it must be near to. */
  readonly isItsOwnKind: boolean;
  /** Where the pods are that it must be apart from. */
  readonly apart: readonly DomainCounts[];
  /** Where the pods are that must be apart from it. */
  readonly shunned: readonly DomainCounts[];
  readonly worth: readonly { readonly counts: DomainCounts; readonly weight: number }[];
}

interface Remembered {
  readonly podClass: PodClass;
  readonly own: readonly SelectedPods[];
  plan: AffinityPlan;
  version: number;
}

const MAX_CLASSES = 64;

/** Plans by class; those used longest ago go first. */
export class AffinityPlans {
  readonly #counts: TermCounts;
  readonly #ignoresPreferences: boolean;
  readonly #plans = new Map<PodClass, Remembered>();
  #last: Remembered | undefined;

  /** `ignoresPreferences`: pods without preferences of their own do not heed those of others. */
  constructor(counts: TermCounts, { ignoresPreferences = false } = {}) {
    this.#counts = counts;
    this.#ignoresPreferences = ignoresPreferences;
  }

  /** As terms are at this moment, which is not the same throughout a cycle: what is tried may take the last of a kind away. */
  of(podClass: PodClass): AffinityPlan {
    const last = this.#last;
    if (last?.podClass === podClass && last.version === this.#counts.version) return last.plan;
    let known = this.#plans.get(podClass);
    this.#last = known;
    if (known && known.version === this.#counts.version) return known.plan;
    const own = known?.own ?? this.#own(podClass);
    known = { podClass, own, plan: this.#create(podClass, own), version: this.#counts.version };
    this.#plans.delete(podClass);
    this.#plans.set(podClass, known);
    this.#last = known;
    this.#evict();
    return known.plan;
  }

  /** What a namespace selector selects has changed. */
  clear(): void {
    for (const { own } of this.#plans.values()) for (const each of own) this.#counts.release(each);
    this.#plans.clear();
    this.#last = undefined;
  }

  /** Counts for the terms of the class: its affinity together, each other one by itself. */
  #own({ terms }: PodClass): SelectedPods[] {
    const { affinity, antiAffinity, preferred, avoided } = terms;
    const single = [...antiAffinity, ...[...preferred, ...avoided].map(({ term }) => term)];
    return [...(affinity.length > 0 ? [affinity] : []), ...single.map((term) => [term])].map((each) =>
      this.#counts.use(each),
    );
  }

  #create(podClass: PodClass, own: readonly SelectedPods[]): AffinityPlan {
    const { affinity, antiAffinity, preferred, avoided } = podClass.terms;
    const hasAffinity = affinity.length > 0;
    const single = own.slice(hasAffinity ? 1 : 0).map(({ counts }) => counts[0] as DomainCounts);
    const weighted = [...preferred, ...avoided];
    const selecting: readonly TermHolders[] = this.#counts.selecting(podClass);
    const heedsOthers = !this.#ignoresPreferences || weighted.length > 0;
    return {
      near: hasAffinity ? (own[0]?.counts ?? []) : [],
      isItsOwnKind: affinity.every((term) => this.#counts.matches(term, podClass)),
      apart: single.slice(0, antiAffinity.length),
      shunned: selecting.map(({ apart }) => apart),
      worth: [
        ...weighted.map(({ weight }, index) => ({
          counts: single[antiAffinity.length + index] as DomainCounts,
          weight,
        })),
        ...(heedsOthers ? selecting.map(({ worth }) => ({ counts: worth, weight: 1 })) : []),
      ],
    };
  }

  #evict(): void {
    if (this.#plans.size <= MAX_CLASSES) return;
    const [oldest] = this.#plans;
    if (oldest === undefined) return;
    this.#plans.delete(oldest[0]);
    for (const each of oldest[1].own) this.#counts.release(each);
  }
}
