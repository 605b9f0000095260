import type { Strategy } from '#api/resource-definition.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { CertificateSigningRequest } from './certificate-signing-request.ts';
import { validateCertificateSigningRequest } from './certificate-signing-request-validation.ts';

type Request = Mutable<CertificateSigningRequest>;

export const certificateSigningRequestStrategy: Strategy<CertificateSigningRequest> = {
  validateName: isPathSegmentName,
  prepareForCreate(request) {
    request.status = {};
  },
  prepareForUpdate(request, old) {
    request.spec = deepClone(old.spec);
  },
  validate: validateCertificateSigningRequest,
};

/** An approver says yes or no, and nothing else. */
export function prepareApproval(request: Request, old: CertificateSigningRequest): void {
  const conditions = request.status?.conditions;
  request.spec = deepClone(old.spec);
  request.status = { ...deepClone(old.status ?? {}) };
  if (conditions === undefined) delete request.status.conditions;
  else request.status.conditions = conditions;
}

/** A signer may say that it failed, but neither approves nor denies. */
export function prepareSigning(request: Request, old: CertificateSigningRequest): void {
  const isDecision = ({ type }: { readonly type: string }) => type === 'Approved' || type === 'Denied';
  const decided = deepClone((old.status?.conditions ?? []).filter(isDecision));
  const others = (request.status?.conditions ?? []).filter((condition) => !isDecision(condition));
  const status = (request.status ??= {});
  if (decided.length + others.length > 0) status.conditions = [...decided, ...others];
  else delete status.conditions;
}
