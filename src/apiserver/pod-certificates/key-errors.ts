import { constants, type KeyObject, verify } from 'node:crypto';
import type { PodCertificateRequestSpec as Spec } from '#api/certificates/v1beta1/pod-certificate-request.ts';
import { keyFormOf } from '#api/certificates/v1beta1/pod-certificate-validation.ts';
import { type FieldError, FieldPath, invalid, invalidWithoutValue, tooLong } from '#machinery/errors/field-error.ts';
import { decodeBase64 } from '#machinery/objects/base64.ts';
import type { CertificationRequest } from './certification-request.ts';
import { keyProblem, readPublicKey } from './public-key.ts';

const SPEC = new FieldPath('spec');
const KEY = SPEC.child('pkixPublicKey');
const PROOF = SPEC.child('proofOfPossession');
const REQUEST = SPEC.child('stubPKCS10Request');
const LARGEST = 10 * 1024;

/** What is wrong with the key for which a certificate is wanted: who asks must have its other half. */
export async function keyErrors(spec: Spec): Promise<FieldError[]> {
  switch (keyFormOf(spec)) {
    case 'request':
      return await requestErrors(decodeBase64(spec.stubPKCS10Request ?? ''));
    case 'key':
      return bareKeyErrors(spec);
    default:
      return [];
  }
}

/** The key that the certificate is to be for. */
export async function wantedKey(spec: Spec): Promise<KeyObject | undefined> {
  const request = decodeBase64(spec.stubPKCS10Request ?? '');
  return request.length > 0 ? (await read(request))?.key : readPublicKey(decodeBase64(spec.pkixPublicKey ?? ''));
}

async function read(request: Uint8Array): Promise<CertificationRequest | undefined> {
  const { readCertificationRequest } = await import('./certification-request.ts');
  return readCertificationRequest(request);
}

async function requestErrors(der: Uint8Array): Promise<FieldError[]> {
  if (der.length > LARGEST) return [tooLong(REQUEST, LARGEST)];
  const request = await read(der);
  if (request === undefined) return [invalidWithoutValue(REQUEST, 'must be a valid PKCS#10 CSR')];
  const problem = keyProblem(request.key, 'elliptic public keys must use curve P256, P384, or P521');
  if (problem !== undefined) {
    const { value, detail } = problem;
    return [value === undefined ? invalidWithoutValue(REQUEST, detail) : invalid(REQUEST, value, detail)];
  }
  return (await request.isSigned()) ? [] : [invalidWithoutValue(REQUEST, 'invalid signature')];
}

function bareKeyErrors({ pkixPublicKey = '', proofOfPossession = '', podUID }: Spec): FieldError[] {
  const [der, proof] = [decodeBase64(pkixPublicKey), decodeBase64(proofOfPossession)];
  if (der.length > LARGEST) return [tooLong(KEY, LARGEST)];
  if (proof.length > LARGEST) return [tooLong(PROOF, LARGEST)];
  const key = readPublicKey(der);
  if (key === undefined) return [invalid(KEY, pkixPublicKey, 'must be a valid PKIX-serialized public key')];
  const problem = keyProblem(key, 'elliptic public keys must use curve P256 or P384');
  if (problem !== undefined) return [invalid(KEY, problem.value ?? pkixPublicKey, problem.detail)];
  if (isProof(key, Buffer.from(podUID), proof)) return [];
  return [invalidWithoutValue(PROOF, 'could not verify proof-of-possession signature')];
}

function isProof(key: KeyObject, data: Uint8Array, proof: Uint8Array): boolean {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return verify(null, data, key, proof);
    case 'rsa': {
      const { RSA_PKCS1_PSS_PADDING: padding, RSA_PSS_SALTLEN_AUTO: saltLength } = constants;
      return verify('sha256', data, { key, padding, saltLength }, proof);
    }
    default:
      return verify('sha256', data, key, proof);
  }
}
