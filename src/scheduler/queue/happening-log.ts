import type { KubernetesObject } from '#api/resource-definition.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';

/** An event with the object it is about. */
export interface Happening {
  readonly name: ClusterEvent;
  readonly object?: KubernetesObject;
  readonly old?: KubernetesObject;
  /** Pods of higher priority do not care. */
  readonly upTo?: number;
}

/** Forgetting is put off until it is worth while. */
const WORTH_FORGETTING = 1024;

/** What happened, one after another; each has a number, and the oldest are forgotten. */
export class HappeningLog {
  #happenings: Happening[] = [];
  /** The number of the first that is kept. */
  #start = 0;

  /** The number that the next one will have. */
  get end(): number {
    return this.#start + this.#happenings.length;
  }

  /** How many are kept. */
  get size(): number {
    return this.#happenings.length;
  }

  add(happening: Happening): void {
    this.#happenings.push(happening);
  }

  /** Whether this holds for any that happened from this number on. */
  some(since: number, holds: (happening: Happening) => boolean): boolean {
    for (let index = Math.max(0, since - this.#start); index < this.#happenings.length; index++) {
      if (holds(this.#happenings[index] as Happening)) return true;
    }
    return false;
  }

  forgetBefore(number: number): void {
    const count = number - this.#start;
    if (count < WORTH_FORGETTING && number < this.end) return;
    this.#happenings = this.#happenings.slice(count);
    this.#start = number;
  }
}
