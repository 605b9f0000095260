import { createHmac, randomBytes } from 'node:crypto';
import { aesGcm, type Cipher } from '../ciphers.ts';

/** Bytes of a seed, of what makes a key of it, and of the key. */
export const SEED_BYTES = 32;

/** AES-GCM with a key of its own for every value, made of a seed (HKDF-Expand with SHA-256) and of random bytes in front of the value. */
export function seedCipher(seed: Uint8Array): Cipher {
  if (seed.length < SEED_BYTES) throw new Error(`invalid seed length ${seed.length} used for key generation`);
  const keyFor = (info: Uint8Array) =>
    createHmac('sha256', seed).update(info).update(Buffer.of(1)).digest().subarray(0, SEED_BYTES);
  return {
    encrypt(plain, path) {
      const info = randomBytes(SEED_BYTES);
      return Buffer.concat([info, aesGcm(keyFor(info)).encrypt(plain, path)]);
    },
    decrypt(sealed, path) {
      if (sealed.length < SEED_BYTES) throw new Error('the stored data was shorter than the required size');
      return aesGcm(keyFor(sealed.subarray(0, SEED_BYTES))).decrypt(sealed.subarray(SEED_BYTES), path);
    },
  };
}
