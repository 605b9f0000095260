import { checkText } from '#api/checks.ts';
import { validateUserAnnotations } from '#api/core/v1/user-annotations.ts';
import { validateConditions } from '#api/meta/v1/conditions-validation.ts';
import {
  type FieldError,
  FieldPath,
  invalid,
  invalidWithoutValue,
  notSupported,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { validateSignerName } from '../v1/certificate-signing-request-validation.ts';
import { longestCertificateSeconds, SHORTEST_CERTIFICATE_SECONDS } from './pod-certificate-lifetime.ts';
import type {
  PodCertificateRequest,
  PodCertificateRequestSpec as Spec,
  PodCertificateRequestStatus as Status,
} from './pod-certificate-request.ts';

const SPEC = new FieldPath('spec');
const STATUS = new FieldPath('status');
const CONDITIONS = STATUS.child('conditions');
const LONGEST_UID = 128;
const OUTCOMES = ['Issued', 'Denied', 'Failed'];

/** The rules of a new request, but for those that the key in it keeps, which takes cryptography. */
export function validatePodCertificateRequest({ spec }: PodCertificateRequest): FieldError[] {
  return [
    ...validateSignerName(spec.signerName, SPEC.child('signerName')),
    ...validateUserAnnotations(spec.unverifiedUserAnnotations, SPEC.child('unverifiedUserAnnotations')),
    ...checkText(SPEC.child('podName'), spec.podName, isDNS1123Subdomain),
    ...validateUid(SPEC.child('podUID'), spec.podUID),
    ...checkText(SPEC.child('serviceAccountName'), spec.serviceAccountName, isDNS1123Subdomain),
    ...validateUid(SPEC.child('serviceAccountUID'), spec.serviceAccountUID),
    ...checkText(SPEC.child('nodeName'), spec.nodeName, isDNS1123Subdomain),
    ...validateUid(SPEC.child('nodeUID'), spec.nodeUID),
    ...validateLifetime(spec),
    ...(keyFormOf(spec) === undefined ? [invalidWithoutValue(SPEC, ONE_KEY)] : []),
  ];
}

const ONE_KEY = 'exactly one of (stubPKCS10Request) or (pkixPublicKey, proofOfPossession) must be set';

/** How the public key comes: in a request of its own, or alone with a proof; undefined where it is neither. */
export function keyFormOf(spec: Spec): 'request' | 'key' | undefined {
  const { stubPKCS10Request: request, pkixPublicKey: key, proofOfPossession: proof } = spec;
  if (request) return key || proof ? undefined : 'request';
  return key && proof ? 'key' : undefined;
}

function validateUid(field: FieldPath, uid: string): FieldError[] {
  if (!uid) return [invalid(field, uid, 'must not be empty')];
  return byteLength(uid) > LONGEST_UID ? [tooLong(field, LONGEST_UID)] : [];
}

function validateLifetime({ signerName, maxExpirationSeconds = 0 }: Spec): FieldError[] {
  const longest = longestCertificateSeconds(signerName);
  if (maxExpirationSeconds >= SHORTEST_CERTIFICATE_SECONDS && maxExpirationSeconds <= longest) return [];
  const detail = `must be in the range [${SHORTEST_CERTIFICATE_SECONDS}, ${longest}]`;
  return [invalid(SPEC.child('maxExpirationSeconds'), maxExpirationSeconds, detail)];
}

/** The rules of an answer, but for those that the certificate in it keeps. What was decided stays. */
export function validatePodCertificateStatus(
  { status }: PodCertificateRequest,
  old: PodCertificateRequest,
): FieldError[] {
  const errors = validateOutcome(status ?? {});
  if (errors.length > 0) return errors;
  const kept = (other: Status | undefined, detail: string) =>
    deepEqual(withoutNothing(status), withoutNothing(other)) ? [] : [invalidWithoutValue(STATUS, detail)];
  if (outcomeOf(old.status) !== undefined) {
    return kept(old.status, 'immutable after PodCertificateRequest is issued, denied, or failed');
  }
  switch (outcomeOf(status)) {
    case undefined:
      return kept(old.status, 'status is immutable unless transitioning to "Issued", "Denied", or "Failed"');
    case 'Issued':
      return [];
    default: {
      const detail = 'non-condition status fields must be empty when denying or failing the PodCertificateRequest';
      return kept({ conditions: status?.conditions }, detail);
    }
  }
}

/** What was decided; undefined as long as nothing is. */
export const outcomeOf = (status: Status | undefined): string | undefined =>
  status?.conditions?.find(({ type, status: is }) => OUTCOMES.includes(type) && is === 'True')?.type;

function validateOutcome({ conditions = [] }: Status): FieldError[] {
  const errors: FieldError[] = [];
  let known = 0;
  conditions.forEach(({ type, status }, position) => {
    // Upstream joins the index to the field with a dot here.
    const at = CONDITIONS.child(`[${position}]`);
    if (!OUTCOMES.includes(type)) {
      errors.push(notSupported(at.child('type'), type, OUTCOMES));
      return;
    }
    known += 1;
    if (known > 1) {
      const detail = 'There may be at most one condition with type "Issued", "Denied", or "Failed"';
      errors.push(invalid(at.child('type'), type, detail));
    }
    if (status !== 'True') errors.push(notSupported(at.child('status'), status, ['True']));
  });
  return [...errors, ...validateConditions(conditions, CONDITIONS)];
}

/** Nothing and an empty list are the same. */
function withoutNothing(status: Status | undefined): object {
  const { conditions = [], certificateChain = '', ...times } = status ?? {};
  return { conditions, certificateChain, ...times };
}
