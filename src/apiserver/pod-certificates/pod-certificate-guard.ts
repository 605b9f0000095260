import type { PodCertificateRequest } from '#api/certificates/v1beta1/pod-certificate-request.ts';
import {
  outcomeOf,
  validatePodCertificateRequest,
  validatePodCertificateStatus,
} from '#api/certificates/v1beta1/pod-certificate-validation.ts';
import { append } from '#base/append.ts';
import type { Clock } from '#base/clock.ts';
import { type FieldError, FieldPath, forbidden } from '#machinery/errors/field-error.ts';
import { newInvalid } from '#machinery/errors/status-error.ts';
import type { AdmissionAttributes } from '../admission/admission.ts';
import type { Decide } from '../authorization/authorizer.ts';
import { mayForSigner } from '../authorization/signer-rights.ts';
import type { WriteGuard } from '../registry/registry-parts.ts';
import { issuedCertificateErrors } from './issued-certificate.ts';
import { keyErrors } from './key-errors.ts';

export interface PodCertificateGuardParts {
  readonly decide: Decide;
  readonly clock: Clock;
}

/**
 * Who asks for the certificate of a pod must have the key, a certificate that is issued is for that key, and only who
 * may `sign` for a signer answers.
 */
export function createPodCertificateGuards(parts: PodCertificateGuardParts): Readonly<Record<string, WriteGuard>> {
  return {
    async 'podcertificaterequests.certificates.k8s.io'(attributes) {
      const request = attributes.object as PodCertificateRequest;
      if (attributes.operation === 'CREATE') {
        const errors = await keyErrors(request.spec);
        // What is wrong with the key is told together with what else is wrong.
        if (errors.length > 0) refuse(attributes, [...validatePodCertificateRequest(request), ...errors]);
      } else if (attributes.target.subresource === 'status') {
        refuse(attributes, await answerErrors(parts, attributes, request));
      }
    },
  };
}

async function answerErrors(
  { decide, clock }: PodCertificateGuardParts,
  { user, oldObject }: AdmissionAttributes,
  request: PodCertificateRequest,
): Promise<FieldError[]> {
  const old = oldObject as PodCertificateRequest;
  const errors = validatePodCertificateStatus(request, old);
  // What keeps the rules changes only together with the outcome.
  if (errors.length > 0 || outcomeOf(request.status) === outcomeOf(old.status)) return errors;
  if (outcomeOf(request.status) === 'Issued') append(errors, await issuedCertificateErrors(request, clock.now()));
  const signer = old.spec.signerName;
  if (errors.length > 0 || (await mayForSigner(decide, user, { verb: 'sign', signer }))) return errors;
  const detail = `User ${JSON.stringify(user.name)} is not permitted to "sign" for signer ${JSON.stringify(signer)}`;
  return [forbidden(new FieldPath('spec').child('signerName'), detail)];
}

function refuse({ object, definition }: AdmissionAttributes, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw newInvalid(definition, object?.metadata?.name ?? '', errors);
}
