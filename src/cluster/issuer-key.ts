import { createPrivateKey, createPublicKey, generateKeyPairSync, webcrypto } from 'node:crypto';
import type { IssuerKey } from '#apiserver/authentication/service-account-issuer.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** A new private key for signing service-account tokens, PEM. */
export const generateIssuerKeyPem = (): string =>
  generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

/** The key pair of a PEM private key. */
export async function loadIssuerKey(pem: string): Promise<IssuerKey> {
  const key = createPrivateKey(pem);
  const publicKey = createPublicKey(key);
  const { subtle } = webcrypto;
  return {
    privateKey: await subtle.importKey('pkcs8', key.export({ type: 'pkcs8', format: 'der' }), ALGORITHM, false, [
      'sign',
    ]),
    publicKey: await subtle.importKey('spki', publicKey.export({ type: 'spki', format: 'der' }), ALGORITHM, true, [
      'verify',
    ]),
    algorithm: 'ES256',
  };
}
