import { randomBytes, randomUUID } from 'node:crypto';
import type { Clock } from '#base/clock.ts';
import type { Logger } from '#base/logger.ts';
import { aesGcm, type Cipher } from '../ciphers.ts';
import {
  checkSource,
  type EncryptedSource,
  HKDF_SEED,
  hashOfKeyId,
  readEncryptedObject,
  sourceKey,
  writeEncryptedObject,
  wrongKeyId,
} from './encrypted-object.ts';
import type { KmsMetrics } from './kms-metrics.ts';
import { KmsService, type KmsStatus } from './kms-service.ts';
import { SEED_BYTES, seedCipher } from './seed-cipher.ts';

/** One provider of a configuration. */
export interface KmsOptions {
  readonly name: string;
  readonly socket: string;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly logger?: Logger | undefined;
  readonly metrics: KmsMetrics;
}

/** What opens a value is not at hand: the service does not say it, or has not been there since the start. */
export class SecretUnavailableError extends Error {
  override readonly name = 'SecretUnavailableError';
}

const NO_SEED = 'got unexpected nil transformer';

/** How often a plugin is asked how it is, while it is well and while it is not. */
const WELL_MS = 60_000;
const UNWELL_MS = 10_000;
/** How long an answer to that counts. */
const WELL_COUNTS_MS = 20_000;
const UNWELL_COUNTS_MS = 3_000;
/** How long values are still written with a seed when the plugin is not well. */
const SEED_MS = 180_000;

/** What values are written with. */
interface Writing {
  readonly cipher: Cipher;
  readonly source: EncryptedSource;
  readonly expiresAt: number;
}

/**
 * Encrypts with seeds that a key management service keeps: each value with a key that is made of the seed, beside which the
 * seed lies as the service sealed it. The service is asked once for every seed, not for every value. A seed is made
 * when the service takes another key.
 */
export class KmsProvider {
  readonly #options: KmsOptions;
  readonly #service: KmsService;
  readonly #stopping = new AbortController();
  #writing: Writing | undefined;
  #version = '';
  /** The last answer to `check`, and when it came. */
  #health: { readonly fault: string | undefined; readonly at: number } | undefined;
  #checking: Promise<string | undefined> | undefined;
  /** What opens values, by `sourceKey`; for sources that cannot be opened, why. */
  readonly #opened = new Map<string, Cipher | Error>();
  readonly #opening = new Map<string, Promise<void>>();

  private constructor(options: KmsOptions) {
    this.#options = options;
    this.#service = new KmsService(options);
  }

  /** Resolves once the service was asked how it is, whatever it said: it may come later. */
  static async open(options: KmsOptions): Promise<KmsProvider> {
    const provider = new KmsProvider(options);
    await provider.#checkAndTell();
    void provider.#watchOver();
    return provider;
  }

  get timeoutMs(): number {
    return this.#options.timeoutMs;
  }

  /** With which key of the service values are written. */
  get keyId(): string {
    return this.#writing?.source.keyId ?? '';
  }

  close(): void {
    this.#stopping.abort();
    this.#service.close();
  }

  /** Throws while there is no seed that may be used. */
  encrypt(plain: Uint8Array, path: string): Uint8Array {
    const writing = this.#writing;
    if (writing === undefined) throw new Error(NO_SEED);
    const now = this.#options.clock.now();
    if (now > writing.expiresAt) {
      const [expired, current] = [writing.expiresAt, now].map(
        (time) => `${new Date(time).toISOString().slice(0, 19)}Z`,
      );
      const key = JSON.stringify(hashOfKeyId(writing.source.keyId));
      throw new Error(`encryptedDEKSource with keyID hash ${key} expired at ${expired} (current time is ${current})`);
    }
    const data = writing.cipher.encrypt(plain, path);
    this.#options.metrics.keyUsed('to_storage', this.#options.name, writing.source.keyId);
    return writeEncryptedObject({ data, source: writing.source });
  }

  /** Asks the service for the seed of a value, if it is not known; never rejects. Undefined when there is nothing to ask. */
  prepare(sealed: Uint8Array): Promise<void> | undefined {
    const source = sourceOf(sealed);
    if (source === undefined || this.#writing === undefined) return undefined;
    const key = sourceKey(source);
    if (isCipher(this.#opened.get(key))) return undefined;
    const opening = this.#opening.get(key) ?? this.#openSource(key, source);
    this.#opening.set(key, opening);
    return opening;
  }

  async #openSource(key: string, source: EncryptedSource): Promise<void> {
    this.#options.metrics.sourceMissed();
    try {
      const secret = await this.#service.decrypt(randomUUID(), source);
      this.#know(key, source.type === HKDF_SEED ? seedCipher(secret) : aesGcm(Buffer.from(secret)));
    } catch (error) {
      const why = `failed to decrypt DEK, error: ${(error as Error).message}`;
      this.#opened.set(key, new SecretUnavailableError(why, { cause: error }));
    } finally {
      this.#opening.delete(key);
    }
  }

  #know(key: string, cipher: Cipher): void {
    this.#opened.set(key, cipher);
    const known = [...this.#opened.values()].filter(isCipher);
    this.#options.metrics.sourcesKnown(this.#options.name, known.length);
  }

  /** Throws for what is no value of this provider, and a `SecretUnavailableError` for one whose seed is not known: see `prepare`. */
  decrypt(sealed: Uint8Array, path: string): { readonly value: Buffer; readonly keyId: string } {
    const { data, source } = readEncryptedObject(sealed);
    // Nobody has asked for it: see `prepare`.
    if (this.#writing === undefined) throw new SecretUnavailableError(NO_SEED);
    const cipher = this.#opened.get(sourceKey(source));
    if (!isCipher(cipher)) throw cipher ?? new SecretUnavailableError('the encrypted DEK source was not decrypted');
    this.#options.metrics.keyUsed('from_storage', this.#options.name, source.keyId);
    return { value: cipher.decrypt(data, path), keyId: source.keyId };
  }

  /** Why the service is not well, or undefined; what was found out a while ago counts. */
  async check(): Promise<string | undefined> {
    const { clock } = this.#options;
    const counts = this.#health?.fault === undefined ? WELL_COUNTS_MS : UNWELL_COUNTS_MS;
    if (this.#health && clock.monotonic() - this.#health.at < counts) return this.#health.fault;
    this.#checking ??= this.#askHealth().finally(() => {
      this.#checking = undefined;
    });
    return this.#checking;
  }

  async #askHealth(): Promise<string | undefined> {
    const { name, clock } = this.#options;
    const fault = await this.#service.status().then(
      (status) => this.#judge(status),
      ({ message }: Error) =>
        `failed to perform status section of the healthz check for KMS Provider ${name}, error: ${message}`,
    );
    this.#health = { fault, at: clock.monotonic() };
    return fault;
  }

  async #judge({ version, healthz, keyId }: KmsStatus): Promise<string | undefined> {
    const faults: string[] = [];
    if (healthz !== 'ok') faults.push(`got unexpected healthz status: ${healthz}`);
    if (version !== 'v2' && version !== 'v2beta1') faults.push(`expected KMSv2 API version v2, got ${version}`);
    else {
      this.#version ||= version;
      if (this.#version !== version)
        faults.push(
          `KMSv2 API version should not change after the initial status response version ${this.#version}, got ${version}`,
        );
    }
    const wrong = wrongKeyId(keyId);
    const { name, metrics } = this.#options;
    if (wrong !== undefined) {
      metrics.invalidKeyTold(name, keyId === '' ? 'empty' : 'too_long');
      faults.push(`got invalid KMSv2 KeyID hash ${JSON.stringify(hashOfKeyId(keyId))}: ${wrong}`);
    } else {
      metrics.keyTold(name, keyId);
      faults.push(...(await this.#keepSeed(keyId)));
    }
    if (faults.length === 0) return undefined;
    const text = faults.length > 1 ? `[${faults.join(', ')}]` : faults[0];
    return `kmsv2 Provider ${name} is not healthy, error: ${text}`;
  }

  /** The seed is good for longer while the service keeps its key; otherwise there is a new one. */
  async #keepSeed(keyId: string): Promise<string[]> {
    const expiresAt = this.#options.clock.now() + SEED_MS;
    const had = this.#writing;
    if (had?.source.keyId === keyId) {
      this.#writing = { ...had, expiresAt };
      return [];
    }
    const uid = randomUUID();
    const made = await this.#makeSeed(uid).catch((error: Error) => error);
    if (!(made instanceof Error) && made.source.keyId === keyId) {
      this.#writing = { ...made, expiresAt };
      this.#know(sourceKey(made.source), made.cipher);
      return [];
    }
    const hash = (id = '') => JSON.stringify(hashOfKeyId(id));
    const errors = `errState=${had ? '<nil>' : NO_SEED}, errGen=${made instanceof Error ? made.message : '<nil>'}`;
    const keys = `statusKeyIDHash=${hash(keyId)}, encryptKeyIDHash=${hash(made instanceof Error ? '' : made.source.keyId)}, stateKeyIDHash=${hash(had?.source.keyId)}`;
    const until = had ? `${new Date(had.expiresAt).toISOString().slice(0, 19)}Z` : '0001-01-01T00:00:00Z';
    return [
      `failed to rotate DEK uid=${JSON.stringify(uid)}, useSeed=true, ${errors}, ${keys}, expirationTimestamp=${until}`,
    ];
  }

  async #makeSeed(uid: string): Promise<Pick<Writing, 'cipher' | 'source'>> {
    const seed = this.#options.metrics.making(() => randomBytes(SEED_BYTES));
    const sealed = await this.#service.encrypt(uid, seed).catch((error: Error) => {
      throw new Error(`failed to encrypt DEK, error: ${error.message}`, { cause: error });
    });
    const source = { ...sealed, type: HKDF_SEED };
    checkSource(source);
    return { cipher: seedCipher(seed), source };
  }

  async #checkAndTell(): Promise<boolean> {
    const fault = await this.check();
    const { logger, name } = this.#options;
    if (fault !== undefined) logger?.error('kms plugin failed health check probe', { name, error: fault });
    return fault === undefined;
  }

  /** Asks the service how it is, until the end: only so a new key is noticed, and the seed stays good. */
  async #watchOver(): Promise<void> {
    const { signal } = this.#stopping;
    let isWell = this.#health?.fault === undefined;
    while (!signal.aborted) {
      // Rejects for nothing but the signal.
      await this.#options.clock.sleep(isWell ? WELL_MS : UNWELL_MS, signal).catch(() => {});
      if (!signal.aborted) isWell = await this.#checkAndTell();
    }
  }
}

const isCipher = (cipher: Cipher | Error | undefined): cipher is Cipher =>
  cipher !== undefined && !(cipher instanceof Error);

/** Undefined for what cannot be read; opening it says why. */
function sourceOf(sealed: Uint8Array): EncryptedSource | undefined {
  try {
    return readEncryptedObject(sealed).source;
  } catch {
    return undefined;
  }
}
