import type { TopologySpreadConstraint } from '#api/core/v1/affinity.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import type { Selector } from '#machinery/selectors/label-selector.ts';
import type { PodClass } from '../../state/pod-class.ts';
import { type Action, constraintsOf } from './spread-constraint.ts';
import type { SpreadCounts, SpreadSet } from './spread-counts.ts';

/** The counts that decide about a class of pods. */
export interface SpreadPlan {
  readonly hard: SpreadSet;
  readonly soft: SpreadSet;
}

export interface DefaultConstraints {
  readonly constraints: readonly TopologySpreadConstraint[];
  /** Whether they are the built-in ones, which ask less of nodes. */
  readonly isSystem: boolean;
  readonly selectorOf: (pod: Pod) => Selector | undefined;
}

interface Remembered extends SpreadPlan {
  /** The selector of default constraints, as text. */
  readonly by: string;
}

const MAX_CLASSES = 64;

/** Plans by class; those used longest ago go first. */
export class SpreadPlans {
  readonly #counts: SpreadCounts;
  readonly #defaults: DefaultConstraints;
  readonly #plans = new Map<PodClass, Remembered>();

  constructor(counts: SpreadCounts, defaults: DefaultConstraints) {
    this.#counts = counts;
    this.#defaults = defaults;
  }

  of(podClass: PodClass): SpreadPlan {
    const own = podClass.pod.spec?.topologySpreadConstraints ?? [];
    const isOwn = own.length > 0;
    const selector = isOwn || this.#defaults.constraints.length === 0 ? undefined : this.#selectorOf(podClass);
    const by = selector?.toString() ?? '';
    const known = this.#plans.get(podClass);
    if (known?.by === by) return known;
    if (known) this.#release(podClass, known);
    const constraints = isOwn ? own : selector ? this.#defaults.constraints : [];
    const needsAllKeys = isOwn || !this.#defaults.isSystem;
    const set = (action: Action, needs: boolean) =>
      this.#counts.use(constraintsOf(podClass, constraints, { action, ...(selector ? { selector } : {}) }), needs);
    const plan = { hard: set('DoNotSchedule', true), soft: set('ScheduleAnyway', needsAllKeys), by };
    this.#plans.set(podClass, plan);
    this.#evict();
    return plan;
  }

  #selectorOf({ pod }: PodClass): Selector | undefined {
    return this.#defaults.selectorOf(pod);
  }

  #evict(): void {
    if (this.#plans.size <= MAX_CLASSES) return;
    const [oldest] = this.#plans;
    if (oldest) this.#release(...oldest);
  }

  #release(podClass: PodClass, { hard, soft }: SpreadPlan): void {
    this.#plans.delete(podClass);
    this.#counts.release(hard);
    this.#counts.release(soft);
  }
}
