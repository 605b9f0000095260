/** How a cache turns stored bytes into objects. */
export interface CacheCodec<T> {
  /** Parses stored bytes into the object as clients see it at `modRevision`. */
  decode(bytes: Uint8Array, modRevision: number): T;
  /**
   * The same object at another revision, without parsing: a new object that shares what does not change. Used for objects
   * given to `ObjectCache.prime` (they were made before their revision was known) and for the last state of deleted ones.
   */
  revise?(object: T, modRevision: number): T;
}

/**
 * One value of a cache. Shared by every reader, hence immutable: neither `bytes` nor `object` may be changed.
 */
export class CacheEntry<T> {
  readonly key: string;
  readonly createRevision: number;
  readonly modRevision: number;
  /** What the store holds. */
  readonly bytes: Uint8Array;
  readonly #codec: CacheCodec<T>;
  #object: T | undefined;
  #memo: Map<string, unknown> | undefined;

  constructor(
    codec: CacheCodec<T>,
    fields: { key: string; createRevision: number; modRevision: number; bytes: Uint8Array },
    object?: T,
  ) {
    this.key = fields.key;
    this.createRevision = fields.createRevision;
    this.modRevision = fields.modRevision;
    this.bytes = fields.bytes;
    this.#codec = codec;
    this.#object = object;
  }

  /** Decoded at the first use, then kept. */
  get object(): T {
    this.#object ??= this.#codec.decode(this.bytes, this.modRevision);
    return this.#object;
  }

  /** The object if it was decoded already or came from the writer. */
  get decoded(): T | undefined {
    return this.#object;
  }

  /** Keeps what was made from this entry (for example its encoding for a client), by a name the maker chooses. */
  get memo(): Map<string, unknown> {
    this.#memo ??= new Map();
    return this.#memo;
  }

  /** The same value stamped with another revision. */
  at(modRevision: number): CacheEntry<T> {
    const { key, createRevision, bytes } = this;
    const revised =
      this.#object !== undefined && this.#codec.revise ? this.#codec.revise(this.#object, modRevision) : undefined;
    return new CacheEntry(this.#codec, { key, createRevision, modRevision, bytes }, revised);
  }
}
