import { humanDuration } from '#api/columns/age.ts';
import { NONE } from '#api/columns/cells.ts';
import { ageColumn, column, nameColumn } from '#api/columns/columns.ts';
import type { Column } from '#api/resource-definition.ts';
import type { CertificateSigningRequest } from './certificate-signing-request.ts';

export const certificateSigningRequestColumns: readonly Column<CertificateSigningRequest>[] = [
  nameColumn,
  ageColumn,
  column('SignerName', 'Who is asked to sign', ({ spec }) => spec.signerName || NONE),
  column('Requestor', 'Who asks', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', 'How long the certificate should last', ({ spec }) =>
    spec.expirationSeconds === undefined ? NONE : humanDuration(spec.expirationSeconds * 1000),
  ),
  column('Condition', 'What became of the request', conditionCell),
];

function conditionCell({ status }: CertificateSigningRequest): string {
  const has = (wanted: string) => status?.conditions?.some(({ type }) => type === wanted);
  const decision = has('Denied') ? 'Denied' : has('Approved') ? 'Approved' : 'Pending';
  return `${decision}${has('Failed') ? ',Failed' : ''}${status?.certificate ? ',Issued' : ''}`;
}
