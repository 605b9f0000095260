import type { KubernetesObject, ResourceDefinition } from '#api/resource-definition.ts';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import type { Client } from '#client/client.ts';
import { Informer } from '#client/informer.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';

interface Entry {
  readonly informer: Informer<KubernetesObject>;
  readonly stop: AbortController;
  readonly users: Set<string>;
  /** The revision that was last read or told of. */
  seen: string;
}

export interface ReferencedObjectsOptions {
  readonly client: Client;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called with the uid of each pod that refers to an object that has changed, appeared or gone. */
  readonly onChange: (podUid: string) => void;
}

/**
 * The config maps, secrets and claims that pods of this node refer to: each is watched from its first use until no
 * pod uses it, as the node's permissions allow single objects only.
 */
export class ReferencedObjects {
  readonly #options: ReferencedObjectsOptions;
  readonly #entries = new Map<string, Entry>();

  constructor(options: ReferencedObjectsOptions) {
    this.#options = options;
  }

  /** The object as it is now, or undefined when there is none. `namespace` is '' for cluster-scoped kinds. */
  async get<T extends KubernetesObject>(
    definition: ResourceDefinition<T>,
    { namespace, name, podUid }: { readonly namespace: string; readonly name: string; readonly podUid: string },
  ): Promise<T | undefined> {
    const entry = this.#entry(definition, namespace, name);
    entry.users.add(podUid);
    if (entry.informer.hasSynced) return entry.informer.store.get(name, namespace) as T | undefined;
    try {
      const object = await this.#options.client.of(definition).get(name, { namespace });
      entry.seen = object.metadata?.resourceVersion ?? '';
      return object;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  /** Ends a pod's interest in everything. */
  release(podUid: string): void {
    for (const [key, entry] of this.#entries) {
      entry.users.delete(podUid);
      if (entry.users.size > 0) continue;
      entry.stop.abort();
      this.#entries.delete(key);
    }
  }

  close(): void {
    for (const { stop } of this.#entries.values()) stop.abort();
    this.#entries.clear();
  }

  #entry<T extends KubernetesObject>(definition: ResourceDefinition<T>, namespace: string, name: string): Entry {
    const key = `${definition.plural}/${namespace}/${name}`;
    const known = this.#entries.get(key);
    if (known) return known;
    const { client, clock, logger } = this.#options;
    const informer = new Informer<T>(client.of(definition), {
      ...(namespace ? { namespace } : {}),
      fieldSelector: `metadata.name=${name}`,
      clock,
      logger,
    }) as unknown as Informer<KubernetesObject>;
    const entry: Entry = { informer, stop: new AbortController(), users: new Set(), seen: '' };
    const changed = (object: KubernetesObject | undefined) => {
      const revision = object?.metadata?.resourceVersion ?? 'gone';
      if (revision === entry.seen) return;
      entry.seen = revision;
      for (const user of entry.users) this.#options.onChange(user);
    };
    informer.addHandler({ added: changed, updated: changed, deleted: () => changed(undefined) });
    void informer.run(entry.stop.signal);
    this.#entries.set(key, entry);
    return entry;
  }
}
