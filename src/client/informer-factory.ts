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
    for (const informer of this.#informers.values()) void informer.run(signal);
  }

  /** Resolves when every informer has delivered its first list. */
  async synced(): Promise<void> {
    await Promise.all([...this.#informers.values()].map((informer) => informer.synced()));
  }
}
