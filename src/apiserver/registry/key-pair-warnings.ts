import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Secret } from '#api/core/v1/secret.ts';
import { pemBlocks, pemContent } from '#machinery/codec/pem-blocks.ts';
import type { WriteGuard } from './registry-parts.ts';

const KNOWN_KEYS: readonly (string | undefined)[] = ['rsa', 'ec', 'ed25519'];

/** Warns of Secrets whose certificate and key nobody can serve with. */
export const warnOfKeyPairs: WriteGuard = ({ object, warnings }) => {
  const { type, data } = object as Secret;
  if (type !== 'kubernetes.io/tls' || data?.['tls.crt'] === undefined || data['tls.key'] === undefined) return;
  const problem = keyPairProblem(textOf(data['tls.crt']), textOf(data['tls.key']));
  if (problem !== undefined) warnings.push(problem);
};

const textOf = (base64: string): string => Buffer.from(base64, 'base64').toString('latin1');

/** What is wrong with a certificate and its key as PEM, in the words of Go's `tls.X509KeyPair`. */
export function keyPairProblem(certificatePem: string, keyPem: string): string | undefined {
  const certificates = blocksOf(certificatePem);
  const leaf = certificates.find(({ type }) => type === 'CERTIFICATE');
  if (leaf === undefined) return missingCertificate(certificates.map(({ type }) => type));
  const keys = blocksOf(keyPem);
  const key = keys.find(({ type }) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY'));
  if (key === undefined) return missingKey(keys.map(({ type }) => type));
  const certificate = parsed(() => new X509Certificate(leaf.der));
  if (certificate === undefined) return 'x509: malformed certificate';
  const privateKey = privateKeyOf(key.der);
  if (privateKey === undefined) return 'tls: failed to parse private key';
  const { asymmetricKeyType } = certificate.publicKey;
  if (!KNOWN_KEYS.includes(asymmetricKeyType)) return 'tls: unknown public key algorithm';
  if (asymmetricKeyType !== privateKey.asymmetricKeyType) return 'tls: private key type does not match public key type';
  return certificate.checkPrivateKey(privateKey) ? undefined : 'tls: private key does not match public key';
}

interface Block {
  readonly type: string;
  readonly der: Buffer;
}

const blocksOf = (pem: string): Block[] =>
  pemBlocks(pem).flatMap((block) => {
    const text = pemContent(block);
    return /^[A-Za-z0-9+/]*={0,2}$/.test(text) && text.length % 4 === 0
      ? [{ type: block.type, der: Buffer.from(text, 'base64') }]
      : [];
  });

function missingCertificate(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in certificate input';
  if (types.length === 1 && types[0]?.endsWith('PRIVATE KEY'))
    return 'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched';
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(' ')}]`;
}

function missingKey(types: readonly string[]): string {
  if (types.length === 0) return 'tls: failed to find any PEM data in key input';
  if (types.length === 1 && types[0] === 'CERTIFICATE')
    return 'tls: found a certificate rather than a key in the PEM for the private key';
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(' ')}]`;
}

const privateKeyOf = (key: Buffer): KeyObject | undefined =>
  (['pkcs1', 'pkcs8', 'sec1'] as const)
    .map((type) => parsed(() => createPrivateKey({ key, format: 'der', type })))
    .find((found) => found !== undefined);

function parsed<T>(parse: () => T): T | undefined {
  try {
    return parse();
  } catch {
    return undefined;
  }
}
