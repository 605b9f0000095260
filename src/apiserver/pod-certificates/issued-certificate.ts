import { type KeyObject, X509Certificate } from 'node:crypto';
import { SHORTEST_CERTIFICATE_SECONDS } from '#api/certificates/v1beta1/pod-certificate-lifetime.ts';
import type {
  PodCertificateRequest,
  PodCertificateRequestStatus as Status,
} from '#api/certificates/v1beta1/pod-certificate-request.ts';
import { append } from '#base/append.ts';
import { type FieldError, FieldPath, invalid, required, tooLong } from '#machinery/errors/field-error.ts';
import { wantedKey } from './key-errors.ts';

const STATUS = new FieldPath('status');
const CHAIN = STATUS.child('certificateChain');
const NOT_BEFORE = STATUS.child('notBefore');
const NOT_AFTER = STATUS.child('notAfter');
const REFRESH = STATUS.child('beginRefreshAt');
const LARGEST = 100 * 1024;
const MINUTE_MS = 60_000;
const BLOCK = /-----BEGIN ([^-\n]*)-----\r?\n[\s\S]*?-----END \1-----/g;

/** What is wrong with a certificate that a signer issued at `now`: it is what was asked for, and begins now. */
export async function issuedCertificateErrors(
  { spec, status = {} }: PodCertificateRequest,
  now: number,
): Promise<FieldError[]> {
  const { certificateChain: chain = '' } = status;
  if (Buffer.byteLength(chain) > LARGEST) return [tooLong(CHAIN, LARGEST)];
  const wrong = (detail: string) => [invalid(CHAIN, chain, detail)];
  const [first, ...others] = [...chain.matchAll(BLOCK)].map(([text, type = '']) => ({ text, type }));
  if (first === undefined) return wrong('issued certificate chain must contain at least one certificate');
  if (first.type !== 'CERTIFICATE') {
    return wrong('issued certificate chain must consist entirely of CERTIFICATE PEM blocks');
  }
  const leaf = readCertificate(first.text);
  if (leaf === undefined) return wrong('leaf certificate does not parse as valid X.509');
  const errors = nameErrors(leaf);
  if (!isFor(leaf, await wantedKey(spec)))
    return [...errors, ...wrong('leaf certificate was not issued to the requested public key')];
  append(errors, timeErrors(leaf, { status, longestSeconds: spec.maxExpirationSeconds ?? 0, now }));
  if (errors.length > 0) return errors;
  for (const { text, type } of others) {
    // The word is spelled so upstream.
    if (type !== 'CERTIFICATE') return wrong('issued certificate chain must consist entirely of CERTFICATE PEM blocks');
    if (readCertificate(text) === undefined) return wrong('intermediate certificate does not parse as valid X.509');
  }
  return [];
}

function readCertificate(pem: string): X509Certificate | undefined {
  try {
    return new X509Certificate(pem);
  } catch {
    // Whatever is wrong with it: it is no certificate.
    return undefined;
  }
}

function isFor(leaf: X509Certificate, wanted: KeyObject | undefined): boolean {
  try {
    return wanted?.equals(leaf.publicKey) ?? false;
  } catch {
    // A key of a kind that is not known here is not the one that was wanted.
    return false;
  }
}

function nameErrors({ subjectAltName = '' }: X509Certificate): FieldError[] {
  return subjectAltName.split(', ').flatMap((entry) => {
    const [, kind, name = ''] = /^(DNS|email):(.*)$/.exec(entry) ?? [];
    if (kind === 'email') {
      return /^[^\s@]+@[^\s@]+$/.test(name)
        ? []
        : [invalid(CHAIN, name, 'leaf certificate should not contain invalid EmailAddress')];
    }
    return kind === 'DNS' ? dnsNameErrors(name) : [];
  });
}

function dnsNameErrors(name: string): FieldError[] {
  const errors: FieldError[] = [];
  if (name === '') errors.push(invalid(CHAIN, name, 'leaf certificate should not contain empty DNSName'));
  if (name.includes('..')) errors.push(invalid(CHAIN, name, "leaf certificate's DNSName should not contain '..'"));
  if (name.startsWith('.') || name.endsWith('.')) {
    errors.push(invalid(CHAIN, name, "leaf certificate's DNSName should not start or end with '.'"));
  }
  return errors;
}

/** The first thing that is wrong with when the certificate begins and ends, once it is said. */
function timeErrors(
  leaf: X509Certificate,
  { status, longestSeconds, now }: { readonly status: Status; readonly longestSeconds: number; readonly now: number },
): FieldError[] {
  const { notBefore, notAfter, beginRefreshAt } = status;
  const missing: FieldError[] = [];
  if (!notBefore) missing.push(required(NOT_BEFORE, 'must be present and consistent with the issued certificate'));
  if (!notAfter) missing.push(required(NOT_AFTER, 'must be present and consistent with the issued certificate'));
  if (!beginRefreshAt) {
    missing.push(required(REFRESH, 'must be present and in the range [notbefore+10min, notafter-10min]'));
  }
  if (missing.length > 0) return missing;
  const [begin, end, refresh] = [notBefore, notAfter, beginRefreshAt].map((time) => Date.parse(time ?? '')) as [
    number,
    number,
    number,
  ];
  const wrong = (field: FieldPath, value: unknown, detail: string) => [invalid(field, value, detail)];
  if (begin !== Date.parse(leaf.validFrom)) {
    return wrong(NOT_BEFORE, notBefore, 'must be set to the NotBefore time encoded in the leaf certificate');
  }
  if (Math.abs(begin - now) >= 5 * MINUTE_MS) {
    return wrong(NOT_BEFORE, notBefore, "must be set to within 5 minutes of kube-apiserver's current time");
  }
  if (end !== Date.parse(leaf.validTo)) {
    return wrong(NOT_AFTER, notAfter, 'must be set to the NotAfter time encoded in the leaf certificate');
  }
  const lifetime = (end - begin) / 1000;
  // Go shows durations in nanoseconds.
  const shown = lifetime * 1e9;
  if (lifetime < SHORTEST_CERTIFICATE_SECONDS)
    return wrong(CHAIN, shown, 'leaf certificate lifetime must be >= 1 hour');
  if (lifetime > longestSeconds) {
    return wrong(CHAIN, shown, `leaf certificate lifetime must be <= spec.maxExpirationSeconds (${longestSeconds})`);
  }
  if (refresh < begin + 10 * MINUTE_MS) {
    return wrong(REFRESH, beginRefreshAt, 'must be at least 10 minutes after status.notBefore');
  }
  if (refresh > end - 10 * MINUTE_MS) {
    return wrong(REFRESH, beginRefreshAt, 'must be at least 10 minutes before status.notAfter');
  }
  return [];
}
