import { type AnyResourceDefinition, apiVersionOf, type KubernetesObject } from '#api/resource-definition.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import type { CacheEntry } from '#storage/cache/cache-entry.ts';
import type { ObjectCodec } from './object-codec.ts';

export type Entry = CacheEntry<KubernetesObject>;

const encoder = new TextEncoder();

/**
 * How entries of a stored kind look in one API version. For the version they are stored as, that is the entry itself;
 * for others it is converted once an entry and kept with it.
 */
export class ResourceView {
  readonly definition: AnyResourceDefinition;
  readonly apiVersion: string;
  readonly #codec: ObjectCodec<KubernetesObject>;
  readonly #isStored: boolean;
  readonly #itemStart: number;

  constructor(definition: AnyResourceDefinition, codec: ObjectCodec<KubernetesObject>) {
    this.definition = definition;
    this.apiVersion = apiVersionOf(definition);
    this.#codec = codec;
    this.#isStored = definition.storage === undefined;
    const { kind } = definition;
    // In place of the last brace there is a comma.
    this.#itemStart = JSON.stringify({ kind, apiVersion: this.apiVersion }).length;
  }

  object(entry: Entry): KubernetesObject {
    if (this.#isStored) return entry.object;
    return this.#memo(entry, 'object', () => this.fromStored(entry.object));
  }

  /** JSON as clients see it. */
  json(entry: Entry): Uint8Array {
    return this.#memo(entry, 'json', () =>
      this.#isStored
        ? this.#codec.splice(entry.bytes, entry.modRevision)
        : encoder.encode(stringifyJson(this.object(entry))),
    );
  }

  /** JSON as an item of a list, which says of all of them what they are; without the opening brace. */
  jsonItem(entry: Entry): Uint8Array {
    return this.json(entry).subarray(this.#itemStart);
  }

  /** Anything else made from an entry for this version, once: protobuf, for example. */
  encoded(entry: Entry, name: string, make: (object: KubernetesObject) => Uint8Array): Uint8Array {
    return this.#memo(entry, name, () => make(this.object(entry)));
  }

  fromStored(object: KubernetesObject): KubernetesObject {
    const { storage, kind } = this.definition;
    const type = { kind, apiVersion: this.apiVersion };
    return storage ? { ...type, ...storage.fromStorage(object), ...type } : object;
  }

  toStored(object: KubernetesObject): KubernetesObject {
    return this.definition.storage ? this.definition.storage.toStorage(object) : object;
  }

  #memo<R>(entry: Entry, name: string, make: () => R): R {
    const key = this.#isStored ? name : `${name}:${this.apiVersion}`;
    let value = entry.memo.get(key) as R | undefined;
    if (value === undefined) entry.memo.set(key, (value = make()));
    return value;
  }
}
