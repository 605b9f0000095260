import { aesCbc, aesGcm, type Cipher, secretBox } from './ciphers.ts';
import type { EncryptionConfiguration, Key, Provider } from './encryption-configuration.ts';

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
  /** Throws when no provider can read the value. */
  open(value: Uint8Array, path: string): Opened;
}

/** How upstream marks encrypted values; what follows names provider and key. */
const MARK = 'k8s:enc:';
const MARK_BYTES = Buffer.from(MARK);

export const isEncrypted = (value: Uint8Array): boolean => startsWith(value, MARK_BYTES);

/** One key of one provider; the identity has no prefix and no cipher. */
interface Slot {
  readonly prefix: Buffer;
  readonly cipher: Cipher | undefined;
}

/** The transformers of a configuration, by the first entry that covers a key of the store (`/secrets/shop/a`). */
export function createTransformers({ resources = [] }: EncryptionConfiguration): (path: string) => Transformer {
  const entries = resources.map(({ resources: names = [], providers = [] }) => ({
    covers: names.map(coverOf),
    transformer: transformerOf(providers),
  }));
  const plain = transformerOf([{ identity: {} }]);
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

function transformerOf(providers: readonly Provider[]): Transformer {
  const slots = providers.flatMap(slotsOf);
  const first = slots[0] as Slot;
  return {
    mark: first.prefix.toString(),
    seal: (value, path) => sealWith(first, value, path),
    open(value, path) {
      const slot = slots.find(({ prefix, cipher }) => (cipher ? startsWith(value, prefix) : !isEncrypted(value)));
      if (slot === undefined)
        throw new Error(isEncrypted(value) ? 'no matching key was found' : 'no matching prefix found');
      const mark = slot.prefix.toString();
      if (slot.cipher === undefined) return { value, mark };
      return { value: slot.cipher.decrypt(value.subarray(slot.prefix.length), path), mark };
    },
  };
}

const sealWith = ({ prefix, cipher }: Slot, value: Uint8Array, path: string): Uint8Array =>
  cipher ? Buffer.concat([prefix, cipher.encrypt(value, path)]) : value;

function startsWith(value: Uint8Array, prefix: Buffer): boolean {
  return value.length >= prefix.length && prefix.compare(value, 0, prefix.length) === 0;
}

function slotsOf({ aesgcm, aescbc, secretbox }: Provider): Slot[] {
  const of = (name: string, make: (key: Buffer) => Cipher, keys: readonly Key[] = []) =>
    keys.map((key) => ({
      prefix: Buffer.from(`${MARK}${name}:v1:${key.name}:`),
      cipher: make(Buffer.from(key.secret ?? '', 'base64')),
    }));
  if (aesgcm) return of('aesgcm', aesGcm, aesgcm.keys);
  if (aescbc) return of('aescbc', aesCbc, aescbc.keys);
  if (secretbox) return of('secretbox', secretBox, secretbox.keys);
  return [{ prefix: Buffer.alloc(0), cipher: undefined }];
}
