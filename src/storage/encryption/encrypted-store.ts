import type { Logger } from '#base/logger.ts';
import {
  type RangeOptions,
  type RangeResult,
  type Store,
  type StoredValue,
  type StoreEvent,
  type StoreOperation,
  type StoreWatch,
  UnavailableValueError,
  type WriteResult,
} from '../store.ts';
import type { EncryptionConfiguration } from './encryption-configuration.ts';
import { SecretUnavailableError } from './kms/kms-provider.ts';
import { KmsProviders } from './kms/kms-providers.ts';
import { createTransformers, type Transformer } from './transformer.ts';

/** A stored value that no provider of the configuration can ever read. */
export class DecryptionError extends Error {
  override readonly name = 'DecryptionError';
  constructor(key: string, cause: unknown) {
    super(`decrypt ${key}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

/** A store whose values are encrypted on the way to another one, as a configuration says. */
export class EncryptedStore implements Store {
  readonly #store: Store;
  #transformerOf: (key: string) => Transformer;
  #services: KmsProviders;
  readonly #logger: Logger | undefined;
  /** What was written or read before, so that it is read once and stays the same object. */
  readonly #opened = new WeakMap<Uint8Array, Uint8Array>();
  /** How values are stored that are not stored as they are. */
  readonly #marks = new WeakMap<Uint8Array, string>();

  /** `services` are those of the configuration; they are closed with the store. */
  constructor(
    store: Store,
    configuration: EncryptionConfiguration,
    {
      logger,
      services = KmsProviders.none,
    }: { readonly logger?: Logger | undefined; readonly services?: KmsProviders } = {},
  ) {
    this.#store = store;
    this.#services = services;
    this.#transformerOf = createTransformers(configuration, services);
    this.#logger = logger;
  }

  get revision(): number {
    return this.#store.revision;
  }

  get compactedRevision(): number {
    return this.#store.compactedRevision;
  }

  get oldestRevision(): number {
    return this.#store.oldestRevision;
  }

  /** From now on values are written, and read, as another configuration says. Answers the services of the one before. */
  replace(configuration: EncryptionConfiguration, services: KmsProviders = KmsProviders.none): KmsProviders {
    const before = this.#services;
    this.#transformerOf = createTransformers(configuration, services);
    this.#services = services;
    return before;
  }

  /** The key management services that values are encrypted with. */
  get services(): KmsProviders {
    return this.#services;
  }

  /** Whether a value that this store gave should be written again, because it is stored otherwise than it would be now. */
  isStale(key: string, value: Uint8Array): boolean {
    return (this.#marks.get(value) ?? '') !== this.#transformerOf(key).mark;
  }

  async get(key: string): Promise<StoredValue | undefined> {
    const stored = await this.#store.get(key);
    await this.#prepare([stored]);
    return this.#open(stored);
  }

  /** Rejects with a `DecryptionError` when one of the values cannot be read, with an `UnavailableValueError` when it cannot be read now. */
  async range(prefix: string, options?: RangeOptions): Promise<RangeResult> {
    const { values, ...rest } = await this.#store.range(prefix, options);
    await this.#prepare(values);
    return { ...rest, values: values.map((value) => this.#open(value) as StoredValue) };
  }

  put(key: string, value: Uint8Array, expectedRevision?: number): Promise<WriteResult> {
    return this.#answer(this.#store.put(key, this.#seal(key, value), expectedRevision));
  }

  delete(key: string, expectedRevision?: number): Promise<WriteResult> {
    return this.#answer(this.#store.delete(key, expectedRevision));
  }

  txn(operations: readonly StoreOperation[]): Promise<WriteResult> {
    const sealed = operations.map((each) =>
      each.type === 'put' ? { ...each, value: this.#seal(each.key, each.value) } : each,
    );
    return this.#answer(this.#store.txn(sealed));
  }

  watch(fromRevision: number, listener: (events: readonly StoreEvent[]) => void): Promise<StoreWatch> {
    const open = (events: readonly StoreEvent[]) => listener(events.map((event) => this.#openEvent(event)));
    /** Events that come while a service is asked come after those that it is asked for. */
    let asked: Promise<void> | undefined;
    return this.#store.watch(fromRevision, (events) => {
      const prepared = this.#prepare(events.flatMap(({ value, previous }) => [value, previous]));
      if (asked === undefined && prepared === undefined) return open(events);
      const turn = Promise.all([asked, prepared]).then(() => {
        if (asked === turn) asked = undefined;
        open(events);
      });
      asked = turn;
    });
  }

  compact(revision: number): Promise<void> {
    return this.#store.compact(revision);
  }

  close(): Promise<void> {
    this.#services.close();
    return this.#store.close();
  }

  #seal(key: string, value: Uint8Array): Uint8Array {
    const transformer = this.#transformerOf(key);
    const sealed = transformer.seal(value, key);
    if (sealed !== value) this.#remember(sealed, value, transformer.mark);
    return sealed;
  }

  #remember(sealed: Uint8Array, value: Uint8Array, mark: string): void {
    this.#opened.set(sealed, value);
    this.#marks.set(value, mark);
  }

  /** Asks the services for what is needed to open some values; never rejects. Undefined when there is nothing to ask. */
  #prepare(values: readonly (StoredValue | undefined)[]): Promise<unknown> | undefined {
    if (this.#services.isEmpty) return undefined;
    const asked = values.flatMap((stored) => {
      if (stored === undefined || this.#opened.has(stored.value)) return [];
      return this.#transformerOf(stored.key).prepare(stored.value) ?? [];
    });
    return asked.length === 0 ? undefined : Promise.all(asked);
  }

  #open(stored: StoredValue | undefined): StoredValue | undefined {
    if (stored === undefined) return undefined;
    const known = this.#opened.get(stored.value);
    if (known) return { ...stored, value: known };
    try {
      const { value, mark } = this.#transformerOf(stored.key).open(stored.value, stored.key);
      if (value === stored.value) return stored;
      this.#remember(stored.value, value, mark);
      return { ...stored, value };
    } catch (error) {
      throw error instanceof SecretUnavailableError
        ? new UnavailableValueError(stored.key, error)
        : new DecryptionError(stored.key, error);
    }
  }

  async #answer(write: Promise<WriteResult>): Promise<WriteResult> {
    const result = await write;
    if (result.ok) return result;
    await this.#prepare([result.current]);
    return { ...result, current: this.#open(result.current) };
  }

  #openEvent(event: StoreEvent): StoreEvent {
    const { value, previous } = event;
    return {
      ...event,
      ...(value ? { value: this.#openOrKeep(value) } : {}),
      ...(previous ? { previous: this.#openOrKeep(previous) } : {}),
    };
  }

  /** Another server wrote what this one cannot read: who asks for that object gets an error, others are not concerned. */
  #openOrKeep(stored: StoredValue): StoredValue {
    try {
      return this.#open(stored) as StoredValue;
    } catch (error) {
      this.#logger?.error('read stored value failed', { error });
      return stored;
    }
  }
}
