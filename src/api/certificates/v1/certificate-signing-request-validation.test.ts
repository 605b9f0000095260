import { expect, test } from 'vitest';
import { createErrors, defaulted, errorTexts, NOW } from '#api/testing/defaulted.ts';
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
    'that is missing',
    { request: undefined },
    ['spec.request: Invalid value: null: PEM block type must be CERTIFICATE REQUEST'],
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
    ['status.conditions: Invalid value: "Denied": Approved and Denied conditions are mutually exclusive'],
  ],
  [
    'is not approved twice',
    ['Approved'],
    ['Approved', 'Approved'],
    ['status.conditions[1].type: Duplicate value: "Approved"'],
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

const answered = (status: object) =>
  defaulted<CertificateSigningRequest>(CertificateSigningRequests, signingRequest({}, { status }));
const approved = (message: string) => ({ conditions: [{ type: 'Approved', status: 'True', message }] });
const certificate = (text: string) => ({ certificate: btoa(text) });
const der = (bytes: string) => `-----BEGIN CERTIFICATE-----\n${btoa(bytes)}\n-----END CERTIFICATE-----\n`;
const PEM = der('0\x02ab');

test.each<[string, 'approval' | 'status', object, object, string[]]>([
  ['a decision is put in other words', 'approval', approved('a'), approved('b'), []],
  ['a signer keeps a decision', 'status', approved('a'), approved('b'), []],
  [
    'a signer does not decide',
    'status',
    {},
    approved('a'),
    ['status.conditions: Forbidden: updates may not add a condition of type "Approved"'],
  ],
  ['a signer answers', 'status', {}, certificate(PEM), []],
  [
    'an answer is final',
    'status',
    certificate(PEM),
    certificate(PEM + PEM),
    ['status.certificate: Forbidden: updates may not modify existing certificate content'],
  ],
  [
    'a condition is there once, and whole',
    'status',
    {},
    { conditions: [{ type: 'Failed', status: 'False' }, { type: 'Failed' }] },
    [
      'status.conditions[0].status: Unsupported value: "False": supported values: "True"',
      'status.conditions[1].status: Required value',
      'status.conditions[1].type: Duplicate value: "Failed"',
    ],
  ],
])('%s', (_, part, before, after, expected) => {
  const { prepareForUpdate, validateUpdate } = CertificateSigningRequests.subresources![part]!;
  const [old, request] = [answered(before), answered(after)];
  prepareForUpdate?.(request, old, NOW);
  expect(errorTexts(validateUpdate?.(request, old))).toEqual(expected);
});

test.each<[string, string | undefined]>([
  ['', undefined],
  [PEM, undefined],
  [`${PEM}${der('0\x81\x02ab')}`, undefined],
  ['x', 'must contain at least one CERTIFICATE PEM block'],
  [der('0\x03ab'), 'x509: malformed certificate'],
  [der('ab'), 'x509: malformed certificate'],
  ['-----BEGIN KEY-----\nMA==\n-----END KEY-----\n', 'only CERTIFICATE PEM blocks are allowed, found "KEY"'],
  ['-----BEGIN CERTIFICATE-----\nA: b\n\nMA==\n-----END CERTIFICATE-----', 'no PEM block headers are permitted'],
])('a signer that writes %j is told %j', (pem, detail) => {
  const { status } = CertificateSigningRequests.subresources!;
  const old = decided('Approved');
  const signed = { ...old, status: { ...old.status, certificate: btoa(pem) } };
  const expected = detail && `status.certificate: Invalid value: "<certificate data>": ${detail}`;
  expect(errorTexts(status!.validateUpdate?.(signed, old))).toEqual(expected ? [expected] : []);
});
