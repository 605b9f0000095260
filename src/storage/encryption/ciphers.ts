import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa';

/** Encrypts and decrypts values with one key. `path` is the value's key in the store, so that values cannot be exchanged. */
export interface Cipher {
  encrypt(plain: Uint8Array, path: string): Buffer;
  /** Throws when the value was made with another key, or altered. */
  decrypt(sealed: Uint8Array, path: string): Buffer;
}

const NONCE = 12;
const TAG = 16;

const aesName = (key: Buffer, mode: 'cbc' | 'gcm') => `aes-${key.length * 8}-${mode}`;

/** AES-GCM: a random nonce, the sealed value, the tag. */
export function aesGcm(key: Buffer): Cipher {
  const name = aesName(key, 'gcm') as 'aes-256-gcm';
  return {
    encrypt(plain, path) {
      const nonce = randomBytes(NONCE);
      const cipher = createCipheriv(name, key, nonce).setAAD(Buffer.from(path));
      return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    },
    decrypt(sealed, path) {
      if (sealed.length < NONCE + TAG) throw new Error('the stored data was shorter than the required size');
      const decipher = createDecipheriv(name, key, sealed.subarray(0, NONCE)).setAAD(Buffer.from(path));
      decipher.setAuthTag(sealed.subarray(sealed.length - TAG));
      return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()]);
    },
  };
}

const BLOCK = 16;

/** AES-CBC: a random vector, the sealed value. It notices neither alterations nor exchanged values. */
export function aesCbc(key: Buffer): Cipher {
  const name = aesName(key, 'cbc');
  return {
    encrypt(plain) {
      const vector = randomBytes(BLOCK);
      const cipher = createCipheriv(name, key, vector);
      return Buffer.concat([vector, cipher.update(plain), cipher.final()]);
    },
    decrypt(sealed) {
      if (sealed.length < 2 * BLOCK) throw new Error('the stored data was shorter than the required size');
      const decipher = createDecipheriv(name, key, sealed.subarray(0, BLOCK));
      return Buffer.concat([decipher.update(sealed.subarray(BLOCK)), decipher.final()]);
    },
  };
}

const BOX_NONCE = 24;

/** XSalsa20-Poly1305, as NaCl's secretbox: a random nonce, the box. */
export function secretBox(key: Buffer): Cipher {
  return {
    encrypt(plain) {
      const nonce = randomBytes(BOX_NONCE);
      return Buffer.concat([nonce, xsalsa20poly1305(key, nonce).encrypt(plain)]);
    },
    decrypt(sealed) {
      if (sealed.length < BOX_NONCE + TAG) throw new Error('the stored data was shorter than the required size');
      return Buffer.from(xsalsa20poly1305(key, sealed.subarray(0, BOX_NONCE)).decrypt(sealed.subarray(BOX_NONCE)));
    },
  };
}
