import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { Turns } from '#base/turns.ts';
import { newRequestEntityTooLarge } from '#machinery/errors/status-error.ts';
import { CacheEntry } from '#storage/cache/cache-entry.ts';
import { ObjectCache } from '#storage/cache/object-cache.ts';
import type { StoreFeed } from '#storage/cache/store-feed.ts';
import type { Store } from '#storage/store.ts';
import type { KindMetrics, RegistryMetrics } from '../metrics/registry-metrics.ts';
import { ObjectCodec } from './object-codec.ts';
import type { Entry } from './resource-view.ts';

/** What became of a write: `entry` is the object as stored, or for a delete as it was. */
export type StorageOutcome =
  | { readonly ok: true; readonly entry: Entry }
  /** `current` is what lies there instead, undefined when nothing does. */
  | { readonly ok: false; readonly current: Entry | undefined };

/** What etcd takes by default: larger objects could not move between stores. */
const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024;

/** One stored kind: its keys, its watch cache and its writes. Knows nothing of API semantics. */
export class ResourceStorage {
  readonly definition: AnyResourceDefinition;
  readonly codec: ObjectCodec<KubernetesObject>;
  readonly cache: ObjectCache<KubernetesObject>;
  /** Field selectors that the cache answers by index. */
  readonly indexNames: readonly string[];
  /** Of those who write the same object, by its key. */
  readonly turns = new Turns();
  readonly metrics: KindMetrics;
  /** On the clock's monotonic scale; for a cache with a fault. */
  missingSince = 0;
  readonly #store: Store;
  #all: { readonly changedRevision: number; readonly objects: readonly KubernetesObject[] } | undefined;

  private constructor(
    definition: AnyResourceDefinition,
    store: Store,
    parts: { codec: ObjectCodec<KubernetesObject>; cache: ObjectCache<KubernetesObject>; metrics: KindMetrics },
  ) {
    this.definition = definition;
    this.#store = store;
    this.codec = parts.codec;
    this.cache = parts.cache;
    this.metrics = parts.metrics;
    this.indexNames = Object.keys(indexesOf(definition));
  }

  static async open(
    definition: AnyResourceDefinition,
    feed: StoreFeed,
    registryMetrics: RegistryMetrics,
  ): Promise<ResourceStorage> {
    const metrics = registryMetrics.of(definition);
    const codec = new ObjectCodec<KubernetesObject>(definition);
    const prefix = storagePrefix(definition);
    const cache = await metrics.measure('list', () =>
      ObjectCache.open({ feed, prefix, codec, indexes: indexesOf(definition) }),
    );
    metrics.loaded(cache.size);
    return new ResourceStorage(definition, feed.store, { codec, cache, metrics });
  }

  /** The key of an object; `namespace` '' for cluster-scoped kinds. */
  key(namespace: string, name: string): string {
    return this.definition.namespaced ? `${this.cache.prefix}${namespace}/${name}` : `${this.cache.prefix}${name}`;
  }

  /** The prefix of all objects of a namespace, or of the kind. */
  prefix(namespace: string): string {
    return this.definition.namespaced && namespace !== '' ? `${this.cache.prefix}${namespace}/` : this.cache.prefix;
  }

  /** Reads from the store what the cache could not load: one value, or all under a prefix. Rejects with an `UnavailableValueError`. */
  async readThrough(keyOrPrefix: string): Promise<void> {
    if (keyOrPrefix.endsWith('/')) await this.metrics.measure('list', () => this.#store.range(keyOrPrefix));
    else await this.metrics.measure('get', () => this.#store.get(keyOrPrefix));
  }

  get(namespace: string, name: string): Entry | undefined {
    return this.cache.get(this.key(namespace, name));
  }

  /** The objects of a namespace, or with '' all of the kind: those are kept until one of them changes. */
  list(namespace: string): readonly KubernetesObject[] {
    const { changedRevision } = this.cache;
    if (namespace === '' && this.#all?.changedRevision === changedRevision) return this.#all.objects;
    const objects = this.cache.list({ prefix: this.prefix(namespace) }).entries.map(({ object }) => object);
    if (namespace === '' && this.cache.fault === undefined) this.#all = { changedRevision, objects };
    return objects;
  }

  /** Whether an update that changes nothing must be written nevertheless: with a newer key, for example. */
  isStale({ key, bytes }: Entry): boolean {
    return this.#store.isStale?.(key, bytes) ?? false;
  }

  /**
   * Writes an object that must be at `expectedRevision`, 0 for one that must not exist. Rejects with a 413 for a huge one.
   * Of the entry `before` it is made of, what is the same need not be encoded again.
   */
  async put(key: string, object: KubernetesObject, expectedRevision: number, before?: Entry): Promise<StorageOutcome> {
    const bytes = this.codec.encode(object, before);
    if (bytes.length > MAX_OBJECT_BYTES) throw newRequestEntityTooLarge(`limit is ${MAX_OBJECT_BYTES}`);
    this.cache.prime(bytes, object);
    const operation = expectedRevision === 0 ? 'create' : 'update';
    const result = await this.metrics.measure(operation, () => this.#store.put(key, bytes, expectedRevision));
    if (!result.ok) return this.#refused(result.current);
    const cached = this.cache.get(key);
    if (cached?.modRevision === result.revision) return { ok: true, entry: cached };
    const createRevision = expectedRevision === 0 ? result.revision : (cached?.createRevision ?? 0);
    const fields = { key, createRevision, modRevision: result.revision, bytes };
    return { ok: true, entry: new CacheEntry(this.codec, fields) };
  }

  /** Removes an object that must be at the entry's revision. The entry answered carries the revision of the removal. */
  async delete(entry: Entry): Promise<StorageOutcome> {
    const result = await this.metrics.measure('delete', () => this.#store.delete(entry.key, entry.modRevision));
    return result.ok ? { ok: true, entry: entry.at(result.revision) } : this.#refused(result.current);
  }

  #refused(current: { key: string; createRevision: number; modRevision: number; value: Uint8Array } | undefined) {
    if (current === undefined) return { ok: false, current: undefined } as const;
    const { value: bytes, ...fields } = current;
    return { ok: false, current: new CacheEntry(this.codec, { ...fields, bytes }) } as const;
  }

  close(): void {
    this.cache.close();
  }
}

/** `/pods/`, `/deployments.apps/`. */
export const storagePrefix = ({ group, plural }: AnyResourceDefinition): string =>
  group === '' ? `/${plural}/` : `/${plural}.${group}/`;

const indexesOf = (definition: AnyResourceDefinition) =>
  INDEXES[`${apiVersionOf(definition)}/${definition.plural}`] ?? {};

type Spec = { readonly spec?: { readonly nodeName?: string } };

/** Field selectors that whole fleets of clients use, answered without a scan: each node agent watches its own pods. */
const INDEXES: Readonly<Record<string, Record<string, (object: KubernetesObject) => readonly string[]>>> = {
  'v1/pods': { 'spec.nodeName': (object) => [(object as Spec).spec?.nodeName ?? ''] },
};
