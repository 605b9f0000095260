import { expect, test } from 'vitest';
import { systemClock } from '#base/clock.ts';
import { CertificateAuthority } from '#cluster/certificates/authority.ts';
import { keyPairProblem } from './key-pair-warnings.ts';

const authority = await CertificateAuthority.create('ca', systemClock);
const [one, other] = [await authority.issue({ commonName: 'a' }), await authority.issue({ commonName: 'b' })];
const rsa = await authority.issue({ commonName: 'c', keyType: 'RSA' });
const block = (type: string, body = 'AAAA') => `-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`;
const foreign = block('EC PARAMETERS');

test.each([
  ['a pair', one.certificate, one.key, undefined],
  ['a pair of RSA', rsa.certificate, rsa.key, undefined],
  ['a chain and parameters', one.certificate + other.certificate, foreign + one.key, undefined],
  ['no certificate', 'x', one.key, 'tls: failed to find any PEM data in certificate input'],
  [
    'a key for a certificate',
    one.key,
    one.key,
    'tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched',
  ],
  [
    'other blocks for a certificate',
    foreign + one.key,
    one.key,
    'tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [EC PARAMETERS PRIVATE KEY]',
  ],
  ['no key', one.certificate, '', 'tls: failed to find any PEM data in key input'],
  [
    'a certificate for a key',
    one.certificate,
    one.certificate,
    'tls: found a certificate rather than a key in the PEM for the private key',
  ],
  [
    'other blocks for a key',
    one.certificate,
    foreign,
    'tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [EC PARAMETERS]',
  ],
  ['no DER of a certificate', block('CERTIFICATE'), one.key, 'x509: malformed certificate'],
  ['no DER of a key', one.certificate, block('PRIVATE KEY'), 'tls: failed to parse private key'],
  ['the key of another', one.certificate, other.key, 'tls: private key does not match public key'],
  ['another type of key', one.certificate, rsa.key, 'tls: private key type does not match public key type'],
])('%s', (_, certificate, key, problem) => {
  expect(keyPairProblem(certificate, key)).toBe(problem);
});

test.each([
  ['blocks that never end', '-----BEGIN A-----\n'.repeat(100_000)],
  ['headers with many colons', `-----BEGIN A-----\n${'a:b:c\n'.repeat(60)}x\n-----END A-----\n`],
])('%s are through at once', (_what, pem) => {
  // Tried in every way they would take longer than a test may.
  expect(keyPairProblem(pem, pem)).toMatch(/^tls: failed to find/);
});
