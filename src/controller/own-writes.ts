import type { KubernetesObject } from '#api/resource-definition.ts';
import type { Informer } from '#client/informer.ts';
import { keyOf } from '#client/object-store.ts';

/** What of an informer this needs. */
export type InformerView<T extends KubernetesObject> = Pick<Informer<T>, 'store' | 'resourceVersion'>;

/**
 * What a controller wrote and its informer may not have seen yet. Reading through it, a controller knows its own writes
 * at once, so that no pod is created twice because a watch lags. Entries go when the informer's revision has passed them.
 */
export class OwnWrites<T extends KubernetesObject> {
  readonly #informer: InformerView<T>;
  readonly #written = new Map<string, T>();
  /** Keys of deleted objects by uid. */
  readonly #deleted = new Map<string, string>();

  constructor(informer: InformerView<T>) {
    this.#informer = informer;
  }

  /** Remembers what the server answered to a create, update or patch, or to a delete that takes its time. */
  wrote(object: T): T {
    if (!this.#isSeen(object)) this.#written.set(keyOf(object), object);
    return object;
  }

  /** Remembers that the server has removed an object. */
  deleted(object: T): void {
    const uid = object.metadata?.uid;
    if (uid !== undefined) this.#deleted.set(uid, keyOf(object));
  }

  /** The newest known state of an object. */
  get(key: string): T | undefined {
    this.#prune();
    const object = this.#written.get(key) ?? this.#informer.store.getByKey(key);
    return object !== undefined && this.#isDeleted(object) ? undefined : object;
  }

  /** The newest known state of some of the informer's objects, and own new objects that `belongs` picks. */
  current(objects: readonly T[], belongs: (object: T) => boolean): T[] {
    this.#prune();
    if (this.#written.size === 0 && this.#deleted.size === 0) return [...objects];
    // Keys are made only of objects whose names are among those: there may be ten thousand others.
    const names = new Set<string | undefined>();
    for (const { metadata } of this.#written.values()) names.add(metadata?.name);
    const isReplaced = (object: T) => names.has(object.metadata?.name) && this.#written.has(keyOf(object));
    const found = objects.filter((object) => !this.#isDeleted(object) && !isReplaced(object));
    for (const object of this.#written.values()) if (!this.#isDeleted(object) && belongs(object)) found.push(object);
    return found;
  }

  #isDeleted(object: T): boolean {
    return this.#deleted.has(object.metadata?.uid ?? '');
  }

  #isSeen(object: T): boolean {
    return revisionOf(this.#informer.resourceVersion) >= revisionOf(object.metadata?.resourceVersion);
  }

  #prune(): void {
    for (const [key, object] of this.#written) if (this.#isSeen(object)) this.#written.delete(key);
    for (const [uid, key] of this.#deleted) {
      if (this.#informer.store.getByKey(key)?.metadata?.uid === uid) continue;
      // Not there because it is gone, or because its creation has not been seen either.
      if (this.#written.get(key)?.metadata?.uid !== uid) this.#deleted.delete(uid);
    }
  }
}

/** Resource versions of one server are comparable numbers. */
const revisionOf = (resourceVersion: string | undefined): number => Number(resourceVersion || 0);
