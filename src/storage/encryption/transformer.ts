import { aesCbc, aesGcm, type Cipher, secretBox } from './ciphers.ts';
import type { EncryptionConfiguration, Key, Kms, Provider } from './encryption-configuration.ts';
import { KmsProviders } from './kms/kms-providers.ts';

/** A value as it was before it was stored. */
export interface Opened {
  readonly value: Uint8Array;
  /** How it was stored; see `Transformer.mark`. */
  readonly mark: string;
}

/** Changes values on their way to and from the store. `path` is the key in the store. */
export interface Transformer {
  /** Provider and key that values are written with; '' for values that are written as they are. */
  readonly mark: string;
  seal(value: Uint8Array, path: string): Uint8Array;
  /** What must be waited for before a value can be opened; never rejects. Undefined where there is nothing. */
  prepare(value: Uint8Array): Promise<void> | undefined;
  /** Throws when no provider can read the value. */
  open(value: Uint8Array, path: string): Opened;
}

/** How upstream marks encrypted values; what follows names provider and key. */
const MARK = 'k8s:enc:';
const MARK_BYTES = Buffer.from(MARK);

export const isEncrypted = (value: Uint8Array): boolean => startsWith(value, MARK_BYTES);

/** One key of one provider, or a service that keeps keys. The identity has no prefix and changes nothing. */
interface Slot {
  readonly prefix: Buffer;
  readonly isIdentity?: boolean;
  /** See `Transformer.mark`. */
  readonly mark: () => string;
  readonly seal: (value: Uint8Array, path: string) => Uint8Array;
  /** Is given what follows the prefix. */
  readonly prepare?: (sealed: Uint8Array) => Promise<void> | undefined;
  readonly open: (sealed: Uint8Array, path: string) => Opened;
}

/** The transformers of a configuration, by the first entry that covers a key of the store (`/secrets/shop/a`). */
export function createTransformers(
  { resources = [] }: EncryptionConfiguration,
  services: KmsProviders = KmsProviders.none,
): (path: string) => Transformer {
  const entries = resources.map(({ resources: names = [], providers = [] }) => ({
    covers: names.map(coverOf),
    transformer: transformerOf(providers, services),
  }));
  const plain = transformerOf([{ identity: {} }], services);
  const byResource = new Map<string, Transformer>();
  return (path) => {
    const resource = path.slice(1, path.indexOf('/', 1));
    let transformer = byResource.get(resource);
    if (transformer === undefined) {
      transformer = entries.find(({ covers }) => covers.some((cover) => cover(resource)))?.transformer ?? plain;
      byResource.set(resource, transformer);
    }
    return transformer;
  };
}

/** `secrets`, `deployments.apps`, `*.apps`, `*.` for the core group, `*.*` for all. */
function coverOf(name: string): (resource: string) => boolean {
  if (name === '*.*') return () => true;
  if (name === '*.') return (resource) => !resource.includes('.');
  if (name.startsWith('*.')) return (resource) => resource.slice(resource.indexOf('.')) === name.slice(1);
  return (resource) => resource === name;
}

function transformerOf(providers: readonly Provider[], services: KmsProviders): Transformer {
  const slots = providers.flatMap((provider) => slotsOf(provider, services));
  const first = slots[0] as Slot;
  const slotFor = (value: Uint8Array) =>
    slots.find(({ prefix, isIdentity }) => (isIdentity ? !isEncrypted(value) : startsWith(value, prefix)));
  return {
    get mark() {
      return first.mark();
    },
    seal: (value, path) => first.seal(value, path),
    prepare(value) {
      const slot = slotFor(value);
      return slot?.prepare?.(value.subarray(slot.prefix.length));
    },
    open(value, path) {
      const slot = slotFor(value);
      if (slot === undefined)
        throw new Error(isEncrypted(value) ? 'no matching key was found' : 'no matching prefix found');
      return slot.open(value.subarray(slot.prefix.length), path);
    },
  };
}

function startsWith(value: Uint8Array, prefix: Buffer): boolean {
  return value.length >= prefix.length && prefix.compare(value, 0, prefix.length) === 0;
}

const IDENTITY: Slot = {
  prefix: Buffer.alloc(0),
  isIdentity: true,
  mark: () => '',
  seal: (value) => value,
  open: (value) => ({ value, mark: '' }),
};

function slotsOf({ aesgcm, aescbc, secretbox, kms }: Provider, services: KmsProviders): Slot[] {
  const of = (name: string, make: (key: Buffer) => Cipher, keys: readonly Key[] = []) =>
    keys.map((key) => keySlot(`${MARK}${name}:v1:${key.name}:`, make(Buffer.from(key.secret ?? '', 'base64'))));
  if (aesgcm) return of('aesgcm', aesGcm, aesgcm.keys);
  if (aescbc) return of('aescbc', aesCbc, aescbc.keys);
  if (secretbox) return of('secretbox', secretBox, secretbox.keys);
  return [kms ? serviceSlot(kms, services) : IDENTITY];
}

function keySlot(mark: string, cipher: Cipher): Slot {
  const prefix = Buffer.from(mark);
  return {
    prefix,
    mark: () => mark,
    seal: (value, path) => Buffer.concat([prefix, cipher.encrypt(value, path)]),
    open: (sealed, path) => ({ value: cipher.decrypt(sealed, path), mark }),
  };
}

/** Values should be written again when the service has taken another key. */
function serviceSlot({ name = '' }: Kms, services: KmsProviders): Slot {
  const provider = services.get(name);
  if (provider === undefined) throw new Error(`KMS provider ${name} is not open`);
  const mark = `${MARK}kms:v2:${name}:`;
  const prefix = Buffer.from(mark);
  return {
    prefix,
    mark: () => mark + provider.keyId,
    seal: (value, path) => Buffer.concat([prefix, provider.encrypt(value, path)]),
    prepare: (sealed) => provider.prepare(sealed),
    open(sealed, path) {
      const { value, keyId } = provider.decrypt(sealed, path);
      return { value, mark: mark + keyId };
    },
  };
}
