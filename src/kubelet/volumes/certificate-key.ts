import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { pemBlock } from './pem.ts';

/** A private key and the proof that one has it. */
export interface CertificateKey {
  /** PKCS #8 in PEM. */
  readonly key: string;
  /** A PKCS #10 request that says nothing but the public key, in DER, base64. */
  readonly request: string;
}

interface KeyType {
  readonly generate: webcrypto.EcKeyGenParams | webcrypto.RsaHashedKeyGenParams | { readonly name: string };
  readonly sign: { readonly name: string; readonly hash?: string };
}

const ecdsa = (namedCurve: string, hash: string): KeyType => ({
  generate: { name: 'ECDSA', namedCurve },
  sign: { name: 'ECDSA', hash },
});
const rsa = (modulusLength: number): KeyType => {
  const sign = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  return { generate: { ...sign, modulusLength, publicExponent: new Uint8Array([1, 0, 1]) }, sign };
};

const KEY_TYPES: ReadonlyMap<string, KeyType> = new Map([
  ['RSA3072', rsa(3072)],
  ['RSA4096', rsa(4096)],
  ['ECDSAP256', ecdsa('P-256', 'SHA-256')],
  ['ECDSAP384', ecdsa('P-384', 'SHA-384')],
  ['ECDSAP521', ecdsa('P-521', 'SHA-512')],
  ['ED25519', { generate: { name: 'Ed25519' }, sign: { name: 'Ed25519' } }],
]);

/** A new key of one of the types that pods may ask for. Import this module when it is first needed: the library is large. */
export async function generateCertificateKey(keyType: string): Promise<CertificateKey> {
  const type = KEY_TYPES.get(keyType);
  if (type === undefined) throw new Error(`unknown key type ${JSON.stringify(keyType)}`);
  const keys = (await crypto.subtle.generateKey(type.generate, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await Pkcs10CertificateRequestGenerator.create({ keys, signingAlgorithm: type.sign }, crypto);
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  return { key: pemBlock('PRIVATE KEY', pkcs8), request: Buffer.from(made.rawData).toString('base64') };
}
