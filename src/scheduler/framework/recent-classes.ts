import { RecentMap } from '#base/recent-map.ts';
import type { PodClass } from '../state/pod-class.ts';

/** How many classes are remembered; those used longest ago go first. */
const MAX_CLASSES = 64;

/** What is kept for each class of pods, for classes of which more than one pod comes. */
export class RecentClasses<T> {
  readonly #byClass = new RecentMap<PodClass, T>(MAX_CLASSES);
  /** Classes of which one pod was seen. */
  #seen = new Set<PodClass>();
  #last: { readonly podClass: PodClass; readonly kept: T } | undefined;

  /** What is kept for a class; undefined when this may be the only pod of its class. */
  of(podClass: PodClass, create: () => T): T | undefined {
    if (this.#last?.podClass === podClass) return this.#last.kept;
    let kept = this.#byClass.get(podClass);
    if (kept === undefined) {
      if (!this.#seen.delete(podClass)) {
        if (this.#seen.size >= MAX_CLASSES) this.#seen = new Set();
        this.#seen.add(podClass);
        return undefined;
      }
      kept = create();
      this.#byClass.set(podClass, kept);
    }
    this.#last = { podClass, kept };
    return kept;
  }
}
