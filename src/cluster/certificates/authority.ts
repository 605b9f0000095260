import 'reflect-metadata';
import { createPrivateKey, webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type JsonGeneralName,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { Clock } from '#base/clock.ts';

type CryptoKey = webcrypto.CryptoKey;
type CryptoKeyPair = webcrypto.CryptoKeyPair;

cryptoProvider.set(webcrypto as unknown as Parameters<typeof cryptoProvider.set>[0]);

const KEY_ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const RSA_ALGORITHM = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CA_DAYS = 3650;
/** Clocks of clients may be a little behind. */
const BACKDATE_MS = 5 * 60_000;

/** A certificate and its private key, both PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

export interface LeafRequest {
  readonly commonName: string;
  readonly organizations?: readonly string[];
  /** Names and addresses of a server; absent for a client. */
  readonly hosts?: readonly string[];
  readonly days?: number;
  /** Elliptic curves unless told otherwise: they are made in no time. */
  readonly keyType?: 'EC' | 'RSA';
}

/** Signs certificates of a cluster. */
export class CertificateAuthority {
  readonly #certificate: X509Certificate;
  readonly #key: CryptoKey;
  readonly #clock: Clock;
  /** Its certificate and key, PEM. */
  readonly pair: KeyPair;

  private constructor(pair: KeyPair, parts: { certificate: X509Certificate; key: CryptoKey; clock: Clock }) {
    this.pair = pair;
    this.#certificate = parts.certificate;
    this.#key = parts.key;
    this.#clock = parts.clock;
  }

  /** A new authority, valid for ten years. */
  static async create(commonName: string, clock: Clock): Promise<CertificateAuthority> {
    const keys = await generateKeys();
    const now = clock.now();
    const certificate = await X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: new Name([{ CN: [{ utf8String: commonName }] }]),
      notBefore: new Date(now - BACKDATE_MS),
      notAfter: new Date(now + CA_DAYS * DAY_MS),
      signingAlgorithm: SIGNING,
      keys,
      extensions: [
        new BasicConstraintsExtension(true, undefined, true),
        new KeyUsagesExtension(
          KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign | KeyUsageFlags.digitalSignature,
          true,
        ),
        await SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const pair = { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
    return new CertificateAuthority(pair, { certificate, key: keys.privateKey, clock });
  }

  static async load(pair: KeyPair, clock: Clock): Promise<CertificateAuthority> {
    const key = await webcrypto.subtle.importKey('pkcs8', PemConverter.decodeFirst(pair.key), KEY_ALGORITHM, false, [
      'sign',
    ]);
    return new CertificateAuthority(pair, {
      certificate: new X509Certificate(pair.certificate),
      key: key as CryptoKey,
      clock,
    });
  }

  /** A new key with a certificate for a server (with `hosts`) or a client. */
  async issue(request: LeafRequest): Promise<KeyPair> {
    const keys = await generateKeys(request.keyType);
    const now = this.#clock.now();
    const usage = request.hosts ? ExtendedKeyUsage.serverAuth : ExtendedKeyUsage.clientAuth;
    const certificate = await X509CertificateGenerator.create({
      serialNumber: serialNumber(),
      subject: subjectOf(request),
      issuer: this.#certificate.subjectName,
      notBefore: new Date(now - BACKDATE_MS),
      notAfter: new Date(now + (request.days ?? 365) * DAY_MS),
      signingAlgorithm: SIGNING,
      publicKey: keys.publicKey,
      signingKey: this.#key,
      extensions: [
        new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.keyEncipherment, true),
        new ExtendedKeyUsageExtension([usage]),
        ...(request.hosts ? [new SubjectAlternativeNameExtension(request.hosts.map(generalName))] : []),
      ],
    });
    return { certificate: certificate.toString('pem'), key: await exportKey(keys.privateKey) };
  }
}

async function generateKeys(type: LeafRequest['keyType'] = 'EC'): Promise<CryptoKeyPair> {
  const algorithm = type === 'RSA' ? RSA_ALGORITHM : KEY_ALGORITHM;
  return (await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as CryptoKeyPair;
}

/** RSA keys in the form that says so, by which clients know them. */
async function exportKey(key: CryptoKey): Promise<string> {
  const pem = PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY');
  return key.algorithm.name === 'ECDSA'
    ? pem
    : createPrivateKey(pem).export({ type: 'pkcs1', format: 'pem' }).toString();
}

const subjectOf = ({ commonName, organizations = [] }: LeafRequest): Name =>
  new Name([...organizations.map((name) => ({ O: [{ utf8String: name }] })), { CN: [{ utf8String: commonName }] }]);

const generalName = (host: string): JsonGeneralName =>
  /^[\d.]+$|:/.test(host) ? { type: 'ip', value: host } : { type: 'dns', value: host };

/** Positive, 127 bits. */
function serialNumber(): string {
  const bytes = Buffer.from(webcrypto.getRandomValues(new Uint8Array(16)));
  bytes[0] = (bytes[0] as number) & 0x7f;
  return bytes.toString('hex');
}
