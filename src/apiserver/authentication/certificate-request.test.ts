import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { Pkcs10CertificateRequestGenerator } from '@peculiar/x509';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SecureServer, startSecureServer } from './testing/secure-server.ts';

const ECDSA = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const RSA = { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
const CREATE = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

let server: SecureServer;
beforeAll(async () => {
  server = await startSecureServer();
});
afterAll(() => server.stop());

const pemOf = (der: Uint8Array) =>
  btoa(
    `-----BEGIN CERTIFICATE REQUEST-----\n${Buffer.from(der).toString('base64')}\n-----END CERTIFICATE REQUEST-----\n`,
  );

async function signed(signingAlgorithm: { readonly name: string }): Promise<Uint8Array> {
  const keys = (await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await Pkcs10CertificateRequestGenerator.create({ name: 'CN=ann', keys, signingAlgorithm }, crypto);
  return new Uint8Array(made.rawData);
}

async function create(request: string, spec: object = {}): Promise<{ code: number; message?: string }> {
  const answer = await server.post(`${CREATE}?dryRun=All`, {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name: 'ann' },
    spec: { request, signerName: 'example.com/any', usages: ['client auth'], ...spec },
  });
  return answer.code === 201 ? { code: 201 } : { code: answer.code, message: answer.json.message };
}

const refusal = (request: string, problem: string) => ({
  code: 422,
  message: `CertificateSigningRequest.certificates.k8s.io "ann" is invalid: spec.request: Invalid value: "${request}": ${problem}`,
});

test.each([
  [ECDSA, 'x509: ECDSA verification failure'],
  [{ ...RSA, hash: 'SHA-256' }, 'crypto/rsa: verification error'],
  [{ ...RSA, hash: 'SHA-1' }, 'crypto/rsa: verification error'],
  [{ name: 'Ed25519' }, 'x509: Ed25519 verification failure'],
])('a request is signed with the key it is about: %o', async (algorithm, problem) => {
  const der = await signed(algorithm);
  expect(await create(pemOf(der))).toEqual({ code: 201 });
  der[der.length - 1]! ^= 1;
  expect(await create(pemOf(der))).toEqual(refusal(pemOf(der), problem));
});

test('what is no request is refused with all else that is wrong', async () => {
  const request = pemOf(new Uint8Array([0x30, 0]));
  const { code, message } = refusal(request, 'asn1: structure error: no certificate request');
  const [before, errors] = message.split('is invalid: ');
  expect(await create(request, { usages: [] })).toEqual({
    code,
    message: `${before}is invalid: [${errors}, spec.usages: Required value]`,
  });
});

/** A request signed by its key whose subject says `text` in another type of value than text. */
async function signedAs(tag: number, text: string): Promise<Uint8Array> {
  const signingAlgorithm = { ...ECDSA };
  const keys = (await crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
  const made = await Pkcs10CertificateRequestGenerator.create(
    { name: `O=${text}, CN=ann`, keys, signingAlgorithm },
    crypto,
  );
  const der = new Uint8Array(made.rawData);
  der[Buffer.from(der).indexOf(text) - 2] = tag;
  return der;
}

test.each([
  ['of digits', 0x12],
  ['that are seen', 0x1a],
  ['of bytes', 0x04],
])('a group is no text %s: what one reads there the next does not', async (_what, tag) => {
  const request = pemOf(await signedAs(tag, 'system:masters'));
  const problem = `x509: invalid RDNSequence: invalid attribute value: unsupported string type: ${tag}`;
  expect(await create(request, { signerName: 'kubernetes.io/kube-apiserver-client' })).toEqual(
    refusal(request, problem),
  );
});

test('the first block is the request, or there is none', async () => {
  const good = atob(pemOf(await signed(ECDSA)));
  const other = '-----BEGIN OTHER-----\nMA==\n-----END OTHER-----\n';
  expect(await create(btoa(`note\n${good}${other}`))).toEqual({ code: 201 });
  const request = btoa(other + good);
  expect(await create(request)).toEqual(refusal(request, 'PEM block type must be CERTIFICATE REQUEST'));
});

test('an algorithm that nobody knows shows nothing', async () => {
  const der = await signed(ECDSA);
  // ecdsa-with-SHA256 is 1.2.840.10045.4.3.2; the last number becomes another.
  const at = Buffer.from(der).lastIndexOf(Buffer.from([0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 2]));
  der[at + 7] = 0x7f;
  expect(await create(pemOf(der))).toEqual(
    refusal(pemOf(der), 'x509: cannot verify signature: algorithm unimplemented'),
  );
});
