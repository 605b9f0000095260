import type { KubernetesObject } from '#api/resource-definition.ts';

/** `namespace/name`, or `name` for cluster-scoped objects: the key of caches and work queues. */
export function keyOf(object: KubernetesObject): string {
  const { namespace, name = '' } = object.metadata ?? {};
  return namespace ? `${namespace}/${name}` : name;
}

/** The two halves of a key made by `keyOf`; the namespace of a cluster-scoped key is ''. */
export function splitKey(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/');
  return slash < 0 ? { namespace: '', name: key } : { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}

/** Values under which an index finds an object. */
export type IndexFunction<T> = (object: T) => readonly string[];

/** Objects by key and by index; what an informer keeps and a lister reads. Objects are shared: never change them. */
export class ObjectStore<T extends KubernetesObject> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, { readonly of: IndexFunction<T>; readonly sets: Map<string, Map<string, T>> }>();

  /** Adds an index over what is there and what will come. The namespace index always exists. */
  addIndex(name: string, of: IndexFunction<T>): void {
    if (this.#indexes.has(name)) return;
    const index = { of, sets: new Map<string, Map<string, T>>() };
    this.#indexes.set(name, index);
    for (const [key, object] of this.#objects) insert(index.sets, of(object), key, object);
  }

  get size(): number {
    return this.#objects.size;
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#objects.get(namespace ? `${namespace}/${name}` : name);
  }

  getByKey(key: string): T | undefined {
    return this.#objects.get(key);
  }

  keys(): IterableIterator<string> {
    return this.#objects.keys();
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  /** Objects whose index function gave `value`. Throws on an index that was never added. */
  byIndex(name: string, value: string): T[] {
    const set = this.#setOf(name, value);
    return set === undefined ? [] : [...set.values()];
  }

  /** How many objects `byIndex` would give. */
  countByIndex(name: string, value: string): number {
    return this.#setOf(name, value)?.size ?? 0;
  }

  #setOf(name: string, value: string): ReadonlyMap<string, T> | undefined {
    const index = this.#indexes.get(name);
    if (index === undefined) throw new Error(`look up index: no index named ${name}`);
    return index.sets.get(value);
  }

  /** Puts an object in place and returns the one it replaces. */
  set(object: T): T | undefined {
    const key = keyOf(object);
    const old = this.#objects.get(key);
    this.#objects.set(key, object);
    for (const { of, sets } of this.#indexes.values()) {
      const values = of(object);
      if (old !== undefined) {
        const before = of(old);
        // Most changes leave an object where it is; taking it out of large sets and putting it back makes them anew.
        if (!sameValues(before, values)) remove(sets, before, key);
      }
      insert(sets, values, key, object);
    }
    return old;
  }

  delete(key: string): T | undefined {
    const old = this.#objects.get(key);
    if (old === undefined) return undefined;
    this.#objects.delete(key);
    for (const { of, sets } of this.#indexes.values()) remove(sets, of(old), key);
    return old;
  }
}

const sameValues = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value, position) => value === b[position]);

function insert<T>(sets: Map<string, Map<string, T>>, values: readonly string[], key: string, object: T): void {
  for (const value of values) {
    let set = sets.get(value);
    if (set === undefined) sets.set(value, (set = new Map()));
    set.set(key, object);
  }
}

function remove<T>(sets: Map<string, Map<string, T>>, values: readonly string[], key: string): void {
  for (const value of values) {
    const set = sets.get(value);
    set?.delete(key);
    if (set?.size === 0) sets.delete(value);
  }
}
