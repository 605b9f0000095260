import {
  type CertificateSigningRequest,
  CertificateSigningRequests,
} from '#api/certificates/v1/certificate-signing-request.ts';
import { validateCertificateSigningRequest } from '#api/certificates/v1/certificate-signing-request-validation.ts';
import type { Clock } from '#base/clock.ts';
import { FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { newInvalid } from '#machinery/errors/status-error.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { timestamp } from '../registry/object-meta.ts';
import type { WriteGuard } from '../registry/registry-parts.ts';
import type { UserInfo } from '../user.ts';

const REQUEST = new FieldPath('spec').child('request');

/**
 * Objects that say who made them and when, by `plural.group`: what the client claims of itself does not count, and it has
 * the key that it wants a certificate for.
 */
export const createRequesterGuards = (clock: Clock): Readonly<Record<string, WriteGuard>> => ({
  'certificatesigningrequests.certificates.k8s.io': async ({ operation, user, object, oldObject }) => {
    const request = object as Mutable<CertificateSigningRequest>;
    if (operation === 'CREATE') {
      fillRequester(request, user);
      await checkSignature(request);
    } else {
      fillTimes(request, oldObject as CertificateSigningRequest, timestamp(clock.now()));
    }
  },
});

async function checkSignature(request: CertificateSigningRequest): Promise<void> {
  const errors = validateCertificateSigningRequest(request);
  // Told with the rest of what is wrong, once that is checked.
  if (errors.some(({ field }) => field === REQUEST.toString())) return;
  const { signatureProblem } = await import('./certificate-request.ts');
  const problem = await signatureProblem(request.spec.request);
  if (problem === undefined) return;
  const { group, kind } = CertificateSigningRequests;
  throw newInvalid({ group, kind }, request.metadata?.name ?? '', [
    invalid(REQUEST, request.spec.request, problem),
    ...errors,
  ]);
}

function fillRequester({ spec }: Mutable<CertificateSigningRequest>, user: UserInfo): void {
  const { name, uid, groups, extra = {} } = user;
  const entries = Object.entries(extra);
  spec.username = name;
  spec.groups = [...groups];
  if (uid) spec.uid = uid;
  else delete spec.uid;
  if (entries.length > 0) spec.extra = Object.fromEntries(entries.map(([key, values]) => [key, [...values]]));
  else delete spec.extra;
}

/** A condition keeps the time it came to be; one that says none gets the present. */
function fillTimes({ status }: Mutable<CertificateSigningRequest>, old: CertificateSigningRequest, now: string): void {
  if (!status?.conditions) return;
  status.conditions = status.conditions.map((condition) => {
    const before = old.status?.conditions?.find(
      (each) => each.type === condition.type && each.status === condition.status,
    );
    return {
      ...condition,
      lastUpdateTime: condition.lastUpdateTime ?? now,
      lastTransitionTime: condition.lastTransitionTime ?? before?.lastTransitionTime ?? now,
    };
  });
}
