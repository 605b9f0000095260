import { createHash } from 'node:crypto';
import { FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { type BytesMap, WireFields, writeFields } from './wire-fields.ts';

/** What the secret that a plugin keeps is: a key, or (all that is written) a seed of which a key is made for each value. */
export const AES_GCM_KEY = 0;
export const HKDF_SEED = 1;

/** A value as it is stored: sealed with a secret that comes along, sealed by the plugin. */
export interface EncryptedObject {
  readonly data: Uint8Array;
  readonly source: EncryptedSource;
}

/** The sealed secret, and what the plugin needs to open it. */
export interface EncryptedSource {
  readonly ciphertext: Uint8Array;
  readonly keyId: string;
  readonly annotations: BytesMap;
  readonly type: number;
}

const MAX_KEY_ID = 1024;
const MAX_CIPHERTEXT = 1024;
const MAX_ANNOTATIONS = 32 * 1024;

export const writeEncryptedObject = ({ data, source }: EncryptedObject): Uint8Array =>
  writeFields({ 1: data, 2: source.keyId, 3: source.ciphertext, 4: source.annotations, 5: source.type });

/** Throws for what is no such object. */
export function readEncryptedObject(bytes: Uint8Array): EncryptedObject {
  const fields = new WireFields(bytes);
  const source = {
    ciphertext: fields.bytes(3),
    keyId: fields.text(2),
    annotations: fields.map(4),
    type: fields.number(5),
  };
  const data = fields.bytes(1);
  if (data.length === 0) throw new Error('encrypted data is empty');
  checkSource(source);
  return { data, source };
}

/** Throws for what a plugin must not say. */
export function checkSource({ ciphertext, keyId, annotations, type }: EncryptedSource): void {
  if (type !== AES_GCM_KEY && type !== HKDF_SEED) throw new Error(`unknown encryptedDEKSourceType: ${type}`);
  const fault = (what: string, why: string) => new Error(`failed to validate ${what}: ${why}`);
  if (ciphertext.length === 0) throw fault('encrypted DEK source', 'encrypted DEK source is empty');
  if (ciphertext.length > MAX_CIPHERTEXT)
    throw fault(
      'encrypted DEK source',
      `encrypted DEK source is ${ciphertext.length} bytes, which exceeds the max size of ${MAX_CIPHERTEXT}`,
    );
  const keyIdError = wrongKeyId(keyId);
  if (keyIdError !== undefined) throw fault('key id', keyIdError);
  const annotationsError = wrongAnnotations(annotations);
  if (annotationsError !== '') throw fault('annotations', annotationsError);
}

export function wrongKeyId(keyId: string): string | undefined {
  const size = Buffer.byteLength(keyId);
  if (size === 0) return 'keyID is empty';
  return size > MAX_KEY_ID ? `keyID is ${size} bytes, which exceeds the max size of ${MAX_KEY_ID}` : undefined;
}

function wrongAnnotations(annotations: BytesMap): string {
  const errors = Object.keys(annotations).flatMap(wrongDomain);
  const size = Object.entries(annotations).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + value.length,
    0,
  );
  if (size > MAX_ANNOTATIONS)
    errors.push(`total size of annotations is ${size}, which exceeds the max size of ${MAX_ANNOTATIONS}`);
  return errors.length > 1 ? `[${errors.join(', ')}]` : errors.join('');
}

/** Names of annotations are domains, with or without a dot at the end. */
function wrongDomain(name: string): string[] {
  const field = new FieldPath('annotations');
  const domain = name.replace(/\.$/, '');
  const reasons = isDNS1123Subdomain(domain);
  const labels = domain.split('.');
  const tooShort = labels.length < 2 ? ['should be a domain with at least two segments separated by dots'] : [];
  const label = labels.find((each) => isDNS1123Label(each).length > 0);
  const errors =
    name === ''
      ? [required(field)]
      : reasons.length > 0
        ? [invalid(field, domain, reasons.join(','))]
        : tooShort.length > 0
          ? [invalid(field, domain, tooShort.join())]
          : label === undefined
            ? []
            : [invalid(field, label, isDNS1123Label(label).join(','))];
  return errors.map((error) => `${error.field}: ${error.message}`);
}

/** The same for the same secret only. */
export function sourceKey({ ciphertext, keyId, annotations, type }: EncryptedSource): string {
  const hash = createHash('sha256').update(`${type} ${ciphertext.length} `).update(ciphertext);
  hash.update(`${Buffer.byteLength(keyId)} ${keyId}`);
  for (const [name, value] of Object.entries(annotations).sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(`${Buffer.byteLength(name)} ${name} ${value.length} `).update(value);
  return hash.digest('base64');
}

/** How messages name a key. */
export const hashOfKeyId = (keyId: string): string =>
  keyId === '' ? '' : `sha256:${createHash('sha256').update(keyId).digest('hex')}`;
