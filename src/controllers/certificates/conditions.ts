import type { CertificateSigningRequest } from '#api/certificates/v1/certificate-signing-request.ts';

export type ConditionType = 'Approved' | 'Denied' | 'Failed';

export const hasCondition = ({ status }: CertificateSigningRequest, type: ConditionType): boolean =>
  (status?.conditions ?? []).some((condition) => condition.type === type);

/** The request with one condition more. */
export function withCondition(
  request: CertificateSigningRequest,
  condition: { readonly type: ConditionType; readonly reason: string; readonly message: string },
): CertificateSigningRequest {
  const conditions = [...(request.status?.conditions ?? []), { ...condition, status: 'True' as const }];
  return { ...request, status: { ...request.status, conditions } };
}
