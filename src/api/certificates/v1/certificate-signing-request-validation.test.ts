import { expect, test } from 'vitest';
import { createErrors, defaulted, errorTexts } from '#api/testing/defaulted.ts';
import { type CertificateSigningRequest, CertificateSigningRequests } from './certificate-signing-request.ts';

const request = btoa('-----BEGIN CERTIFICATE REQUEST-----\nMA==\n-----END CERTIFICATE REQUEST-----\n');
const signingRequest = (spec: object, more: object = {}) => ({
  metadata: { name: 'a' },
  spec: { request, signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'], ...spec },
  ...more,
});

test.each<[string, object, string[]]>([
  ['that is well', {}, []],
  [
    'that asks for nothing',
    { request: btoa('x'), usages: [], expirationSeconds: 5 },
    [
      `spec.request: Invalid value: "${btoa('x')}": PEM block type must be CERTIFICATE REQUEST`,
      'spec.usages: Required value',
      'spec.expirationSeconds: Invalid value: 5: may not specify a duration less than 600 seconds (10 minutes)',
    ],
  ],
  [
    'to nobody',
    { signerName: 'me' },
    [
      'spec.signerName: Invalid value: "me": must be a fully qualified domain and path of the form \'example.com/signer-name\'',
    ],
  ],
])('a request %s', (_, spec, expected) => {
  expect(createErrors(CertificateSigningRequests, signingRequest(spec))).toEqual(expected);
});

const decided = (...types: string[]) =>
  defaulted<CertificateSigningRequest>(
    CertificateSigningRequests,
    signingRequest({}, { status: { conditions: types.map((type) => ({ type, status: 'True' })) } }),
  );

test.each<[string, string[], string[], string[]]>([
  ['is approved', [], ['Approved'], []],
  [
    'is not approved and denied',
    ['Approved'],
    ['Approved', 'Denied'],
    ['status.conditions[1].type: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
  ],
  [
    'is not approved twice',
    ['Approved'],
    ['Approved', 'Approved'],
    [
      'status.conditions[1].type: Duplicate value: "Approved"',
      'status.conditions: Forbidden: updates may not modify a condition of type "Approved"',
    ],
  ],
  [
    'stays approved',
    ['Approved'],
    [],
    ['status.conditions: Forbidden: updates may not remove a condition of type "Approved"'],
  ],
])('a request %s', (_, before, after, expected) => {
  const { approval } = CertificateSigningRequests.subresources!;
  expect(errorTexts(approval!.validateUpdate?.(decided(...after), decided(...before)))).toEqual(expected);
});

const der = (bytes: string) => `-----BEGIN CERTIFICATE-----\n${btoa(bytes)}\n-----END CERTIFICATE-----\n`;
test.each<[string, string | undefined]>([
  ['', undefined],
  [der('0\x02ab'), undefined],
  [`${der('0\x02ab')}${der('0\x81\x02ab')}`, undefined],
  ['x', 'must contain at least one CERTIFICATE PEM block'],
  [der('0\x03ab'), 'x509: malformed certificate'],
  [der('ab'), 'x509: malformed certificate'],
  ['-----BEGIN KEY-----\nMA==\n-----END KEY-----\n', 'only CERTIFICATE PEM blocks are allowed, found "KEY"'],
  ['-----BEGIN CERTIFICATE-----\nA: b\n\nMA==\n-----END CERTIFICATE-----', 'no PEM block headers are permitted'],
])('a signer that writes %j is told %j', (pem, detail) => {
  const { status } = CertificateSigningRequests.subresources!;
  const old = decided('Approved');
  const certificate = btoa(pem);
  const signed = { ...old, status: { ...old.status, certificate } };
  const expected = detail && `status.certificate: Invalid value: ${JSON.stringify(certificate)}: ${detail}`;
  expect(errorTexts(status!.validateUpdate?.(signed, old))).toEqual(expected ? [expected] : []);
});
