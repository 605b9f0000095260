import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import { keyOf } from '#client/object-store.ts';
import { isConflict } from '#machinery/errors/status-error.ts';
import { Gathering } from './gathering.ts';
import type { ControllerContext } from './manager.ts';
import { controllerOf } from './owner-references.ts';
import { WorkQueue } from './work-queue.ts';
import { createWorkQueueMetrics, followUnderWay } from './work-queue-metrics.ts';

/** What a reconciliation asks for: another one after a time, or ever more seldom until it asks for nothing more. */
export interface Result {
  readonly requeueAfterMs?: number;
  readonly retry?: boolean;
}

/** Brings the world closer to what the object of a key wants. Called again until it resolves without asking for more. */
export type Reconcile = (key: string, signal: AbortSignal) => Promise<Result | undefined> | Promise<void>;

export interface ControllerOptions {
  /** The longest wait between attempts at a key whose work fails. */
  readonly lastRetryMs?: number;
}

/** Keys that a change of some object concerns; `other` is its state on the other side of an update. */
export type KeyMapper<T> = (object: T, other?: T) => readonly string[];

/**
 * A control loop over keys: `new Controller('replicaset', context).for(ReplicaSets).owns(Pods).reconciles(fn)`.
 * Events only put keys into its queue; the work reads the informers' copies.
 */
export class Controller {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly #context: ControllerContext;
  readonly #gathering: Gathering;
  #reconcile: Reconcile | undefined;
  #workers = 5;
  #gatherMs: (key: string) => number = () => 0;

  constructor(name: string, context: ControllerContext, { lastRetryMs }: ControllerOptions = {}) {
    this.name = name;
    this.#context = context;
    const { clock, metrics } = context;
    const observer = metrics && createWorkQueueMetrics(metrics, name);
    this.queue = new WorkQueue({ clock, ...(lastRetryMs ? { lastRetryMs } : {}), ...(observer ? { observer } : {}) });
    this.#gathering = new Gathering(clock, (key) => this.queue.add(key));
    if (metrics) followUnderWay(metrics, name, this.queue);
  }

  /** Every change of such an object concerns its own key. */
  for<T extends KubernetesObject>(definition: ResourceDefinition<T>): this {
    return this.watches(definition, (object) => [keyOf(object)]);
  }

  /** Every change of such an object concerns the `ownerKind` object that controls it, now or before. */
  owns<T extends KubernetesObject>(definition: ResourceDefinition<T>, ownerKind: string): this {
    return this.watches(definition, (object) => {
      const owner = controllerOf(object);
      if (owner?.kind !== ownerKind) return [];
      const namespace = object.metadata?.namespace;
      return [namespace ? `${namespace}/${owner.name}` : owner.name];
    });
  }

  /**
   * Changes of such an object concern the keys that `keys` gives for its new and its old state. Of an update it is asked
   * for both, with the other one beside it: keys that compare the two leave out changes that do not matter.
   */
  watches<T extends KubernetesObject>(definition: ResourceDefinition<T>, keys: KeyMapper<T>): this {
    const enqueue = (all: Iterable<string>) => {
      for (const key of all) {
        const milliseconds = this.#gatherMs(key);
        if (milliseconds > 0) this.#gathering.add(key, milliseconds);
        else this.queue.add(key);
      }
    };
    this.#context.informers.of(definition).addHandler({
      added: (object) => enqueue(keys(object)),
      updated: (object, old) => enqueue(eachOnce(keys(old, object), keys(object, old))),
      deleted: (object) => enqueue(keys(object)),
    });
    return this;
  }

  /** Lets events of a key gather, for so many milliseconds at most, before it is worked on: for keys whose work is large. */
  gathers(milliseconds: (key: string) => number): this {
    this.#gatherMs = milliseconds;
    return this;
  }

  reconciles(reconcile: Reconcile, options: { readonly workers?: number } = {}): this {
    this.#reconcile = reconcile;
    this.#workers = options.workers ?? this.#workers;
    return this;
  }

  /** Works until the signal aborts; resolves when the work under way has ended. */
  async run(signal: AbortSignal): Promise<void> {
    const stop = () => {
      this.#gathering.close();
      this.queue.close();
    };
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    await Promise.all(Array.from({ length: this.#workers }, () => this.#work(signal)));
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (let key = await this.queue.take(); key !== undefined; key = await this.queue.take()) {
      await this.#once(key, signal);
      this.queue.done(key);
    }
  }

  async #once(key: string, signal: AbortSignal): Promise<void> {
    try {
      const result = await this.#reconcile?.(key, signal);
      if (result?.retry) return this.queue.addRateLimited(key);
      this.queue.forget(key);
      if (result?.requeueAfterMs !== undefined) this.queue.addAfter(key, result.requeueAfterMs);
    } catch (error) {
      if (signal.aborted) return;
      // Conflicts are part of the game: the copy was behind.
      const level = isConflict(error) ? 'debug' : 'warn';
      this.#context.logger[level]('reconcile failed, will retry', { controller: this.name, key, error });
      this.queue.addRateLimited(key);
    }
  }
}

/** Each key once: an idle worker begins with the first at once, and would do the work again for the second. */
function eachOnce(before: readonly string[], after: readonly string[]): Iterable<string> {
  // Most changes concern nothing, or what they concerned before; a set for each would cost more than the rest.
  if (before.length === 0) return after;
  if (after.length === 0 || (after.length === 1 && before.length === 1 && after[0] === before[0])) return before;
  return new Set([...before, ...after]);
}
