import type { AnyResourceDefinition, KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from './client.ts';
import { Informer } from './informer.ts';

/** One informer a kind, shared by everybody who asks; `start` runs those asked for so far. */
export class InformerFactory {
  readonly #client: Client;
  readonly #options: { readonly clock?: Clock; readonly logger?: Logger };
  readonly #informers = new Map<AnyResourceDefinition, Informer<KubernetesObject>>();
  readonly #stops = new Map<AnyResourceDefinition, AbortController>();

  constructor(client: Client, options: { readonly clock?: Clock; readonly logger?: Logger } = {}) {
    this.#client = client;
    this.#options = options;
  }

  /** The informer of all objects of a kind, in all namespaces. */
  of<T extends KubernetesObject>(definition: ResourceDefinition<T>): Informer<T> {
    let informer = this.#informers.get(definition);
    if (informer === undefined) {
      informer = new Informer<T>(this.#client.of(definition), this.#options) as unknown as Informer<KubernetesObject>;
      this.#informers.set(definition, informer);
    }
    return informer as unknown as Informer<T>;
  }

  /** Runs every informer asked for so far until the signal aborts. Idempotent. */
  start(signal: AbortSignal): void {
    for (const definition of this.#informers.keys()) this.run(definition, signal);
  }

  /** Runs the informer of a kind until the signal aborts or it is forgotten. Idempotent. */
  run(definition: AnyResourceDefinition, signal: AbortSignal): void {
    if (this.#stops.has(definition)) return;
    const stop = new AbortController();
    this.#stops.set(definition, stop);
    void this.of(definition).run(AbortSignal.any([signal, stop.signal]));
  }

  /** Stops the informer of a kind that is there no longer, or has another definition now. */
  forget(definition: AnyResourceDefinition): void {
    this.#stops.get(definition)?.abort();
    this.#stops.delete(definition);
    this.#informers.delete(definition);
  }

  /** Resolves when every informer has delivered its first list. */
  async synced(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.synced()));
  }
}
