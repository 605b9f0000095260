import type { KubernetesObject } from '#api/resource-definition.ts';
import { type Clock, systemClock } from '#base/clock.ts';
import { deferred } from '#base/deferred.ts';
import { type Logger, silentLogger } from '#base/logger.ts';
import { isStatus } from '#machinery/errors/status-error.ts';
import { type IndexFunction, keyOf, ObjectStore } from './object-store.ts';
import type { ResourceClient } from './resource-client.ts';
import type { WatchEvent } from './transport.ts';

/** What an informer tells of each change. Handlers must not throw and must not change objects. */
export interface EventHandler<T> {
  readonly added?: (object: T) => void;
  readonly updated?: (object: T, old: T) => void;
  readonly deleted?: (object: T) => void;
}

export interface InformerOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Called with what made a list or watch fail, before it is tried again. */
  readonly onError?: (error: unknown) => void;
}

const FIRST_RETRY_MS = 50;
const LAST_RETRY_MS = 10_000;

/**
 * Keeps a local copy of one kind current: lists, then watches from the list's revision, and lists again when the server
 * no longer knows that revision. Handlers see the difference, so nothing is missed over reconnects.
 */
export class Informer<T extends KubernetesObject> {
  /** The local copy. */
  readonly store = new ObjectStore<T>();
  readonly #client: ResourceClient<T>;
  readonly #options: InformerOptions;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #handlers: EventHandler<T>[] = [];
  readonly #synced = deferred();
  #hasSynced = false;
  #resourceVersion = '';
  #running: Promise<void> | undefined;

  constructor(client: ResourceClient<T>, options: InformerOptions = {}) {
    this.#client = client;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#logger = (options.logger ?? silentLogger).with({ kind: client.definition.kind });
    this.#synced.promise.catch(() => {});
  }

  /** Whether the first list has been delivered to the handlers. */
  get hasSynced(): boolean {
    return this.#hasSynced;
  }

  /** The revision the copy has reached. */
  get resourceVersion(): string {
    return this.#resourceVersion;
  }

  /** Resolves after the first list; rejects when the informer stops before it. */
  synced(): Promise<void> {
    return this.#synced.promise;
  }

  addIndex(name: string, of: IndexFunction<T>): this {
    this.store.addIndex(name, of);
    return this;
  }

  /** Adds a handler; objects that are already known are delivered to it as added, at once. */
  addHandler(handler: EventHandler<T>): this {
    this.#handlers.push(handler);
    if (handler.added) for (const object of this.store.list()) handler.added(object);
    return this;
  }

  /** Runs until the signal aborts. Calls after the first return the same promise. */
  run(signal: AbortSignal): Promise<void> {
    this.#running ??= this.#loop(signal);
    return this.#running;
  }

  async #loop(signal: AbortSignal): Promise<void> {
    let retry = FIRST_RETRY_MS;
    while (!signal.aborted) {
      try {
        if (this.#resourceVersion === '') await this.#list(signal);
        const started = this.#clock.monotonic();
        await this.#watch(signal);
        retry = this.#clock.monotonic() - started > 1000 ? FIRST_RETRY_MS : retry;
      } catch (error) {
        if (signal.aborted) break;
        if (isStatus(error, 'Expired') || isStatus(error, 'Gone')) this.#resourceVersion = '';
        else this.#logger.debug('watch failed, will retry', { error, retryMs: retry });
        this.#options.onError?.(error);
      }
      if (signal.aborted) break;
      await this.#clock.sleep(retry, signal).catch(() => {});
      retry = Math.min(retry * 2, LAST_RETRY_MS);
    }
    this.#synced.reject(new Error(`run informer of ${this.#client.definition.kind}: stopped before its first list`));
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    const list = await this.#client.list({ namespace, labelSelector, fieldSelector, signal });
    const present = new Set<string>();
    for (const object of list.items) {
      present.add(keyOf(object));
      this.#put(object);
    }
    for (const key of [...this.store.keys()]) if (!present.has(key)) this.#remove(key);
    this.#resourceVersion = list.metadata.resourceVersion ?? '';
    this.#hasSynced = true;
    this.#synced.resolve();
  }

  #watch(signal: AbortSignal): Promise<void> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return this.#client.watch(
      { namespace, labelSelector, fieldSelector, resourceVersion: this.#resourceVersion, allowWatchBookmarks: true },
      (events) => {
        for (const event of events) this.#apply(event);
      },
      signal,
    );
  }

  #apply(event: WatchEvent<T>): void {
    if (event.type === 'DELETED') this.#remove(keyOf(event.object), event.object);
    else if (event.type !== 'BOOKMARK') this.#put(event.object);
    this.#resourceVersion = event.object.metadata?.resourceVersion ?? this.#resourceVersion;
  }

  #put(object: T): void {
    const old = this.store.set(object);
    if (old === undefined) for (const handler of this.#handlers) handler.added?.(object);
    else if (old.metadata?.resourceVersion !== object.metadata?.resourceVersion) {
      for (const handler of this.#handlers) handler.updated?.(object, old);
    }
  }

  #remove(key: string, last?: T): void {
    const old = this.store.delete(key);
    if (old === undefined) return;
    for (const handler of this.#handlers) handler.deleted?.(last ?? old);
  }
}
