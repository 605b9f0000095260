import type { Strategy } from '#api/resource-definition.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { CertificateSigningRequest } from './certificate-signing-request.ts';
import {
  validateCertificateSigningRequest,
  validateCertificateSigningRequestUpdate,
} from './certificate-signing-request-validation.ts';

type Request = Mutable<CertificateSigningRequest>;

export const certificateSigningRequestStrategy: Strategy<CertificateSigningRequest> = {
  validateName: isPathSegmentName,
  prepareForCreate(request) {
    request.status = {};
  },
  prepareForUpdate(request, old) {
    request.spec = deepClone(old.spec);
  },
  validate: (request) => validateCertificateSigningRequest(request),
  validateUpdate: validateCertificateSigningRequestUpdate,
  updateChecks: 'changes only',
};

/** An approver says yes or no, and nothing else. */
export function prepareApproval(request: Request, old: CertificateSigningRequest): void {
  const conditions = request.status?.conditions;
  request.spec = deepClone(old.spec);
  request.status = { ...deepClone(old.status ?? {}) };
  if (conditions === undefined) delete request.status.conditions;
  else request.status.conditions = conditions;
}

/** What approvers said is kept as they said it; a signer that adds or removes a decision is told that it may not. */
export function prepareSigning(request: Request, old: CertificateSigningRequest): void {
  request.spec = deepClone(old.spec);
  for (const type of ['Approved', 'Denied']) {
    const known = (old.status?.conditions ?? []).filter((condition) => condition.type === type);
    const sent = request.status?.conditions?.filter((condition) => condition.type === type) ?? [];
    if (known.length !== sent.length) continue;
    sent.forEach((condition, position) => {
      Object.assign(condition, deepClone(known[position]!));
    });
  }
}
