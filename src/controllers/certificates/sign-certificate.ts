import { alternativeNames, requestDer } from './parsed-request.ts';
import { certificateUsages } from './usages.ts';

/** A certificate authority, PEM. The key is PKCS #8. */
export interface SigningCa {
  readonly certificate: string;
  readonly key: string;
}

export interface SignOptions {
  readonly ca: SigningCa;
  readonly usages: readonly string[];
  /** How long the certificate is asked to be good. */
  readonly expirationSeconds?: number | undefined;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** Clocks may be behind by this much: certificates begin to be valid so long ago. */
const BACKDATE_MS = 5 * 60_000;
/** Certificates shorter than this get the time they are backdated by on top. */
const SHORT_MS = 8 * 3_600_000;
const LONGEST_MS = 365 * 24 * 3_600_000;
const SHORTEST_MS = 10 * 60_000;

/** How long a certificate is good, from now, when a request asks for `expirationSeconds`. */
export function validity(expirationSeconds: number | undefined): number {
  if (expirationSeconds === undefined) return LONGEST_MS;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, expirationSeconds * 1000));
}

/**
 * Signs a PEM request (base64 text, as `spec.request` is) and answers the certificate in the same form. The subject and
 * its names are those of the request; what the certificate is good for is said by `usages`.
 */
export async function signCertificate(request: string, options: SignOptions): Promise<string> {
  const { loadX509 } = await import('./x509.ts');
  const x509 = loadX509();
  const wanted = new x509.Pkcs10CertificateRequest(requestDer(request));
  if (!(await wanted.verify())) throw new Error('sign certificate: the signature of the request is not valid');
  const { ca, now } = options;
  const authority = new x509.X509Certificate(ca.certificate);
  const { key, algorithm } = await importKey(ca.key);
  const { key: keyUsages, extended } = certificateUsages(options.usages);
  const names = alternativeNames(wanted);
  const duration = validity(options.expirationSeconds);
  const notBefore = now - BACKDATE_MS;
  const notAfter = notBefore + (duration < SHORT_MS ? duration + BACKDATE_MS : duration);
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: wanted.subjectName,
    issuer: authority.subjectName,
    notBefore: new Date(notBefore),
    notAfter: new Date(Math.min(notAfter, authority.notAfter.getTime())),
    signingAlgorithm: algorithm,
    publicKey: await wanted.publicKey.export(),
    signingKey: key,
    extensions: [
      ...(keyUsages ? [new x509.KeyUsagesExtension(keyUsages, true)] : []),
      ...(extended.length > 0 ? [new x509.ExtendedKeyUsageExtension([...extended])] : []),
      new x509.BasicConstraintsExtension(false, undefined, true),
      await x509.AuthorityKeyIdentifierExtension.create(authority.publicKey),
      ...(names ? [names] : []),
    ],
  });
  return Buffer.from(`${certificate.toString('pem')}\n`).toString('base64');
}

/** The private key of an authority: of an elliptic curve or RSA. */
async function importKey(pem: string) {
  const { createPrivateKey, webcrypto } = await import('node:crypto');
  const key = createPrivateKey(pem);
  const algorithm =
    key.asymmetricKeyType === 'ec'
      ? { name: 'ECDSA', namedCurve: CURVES[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? 'P-256', hash: 'SHA-256' }
      : { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return { key: await webcrypto.subtle.importKey('pkcs8', der, algorithm, false, ['sign']), algorithm };
}

const CURVES: Readonly<Record<string, string>> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** Positive, 127 bits. */
function serialNumber(): string {
  const bytes = Buffer.from(crypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = (bytes[0] as number) & 0x7f;
  return bytes.toString('hex');
}
