import type { CertificateSigningRequest } from '#api/certificates/v1/certificate-signing-request.ts';
import { SYSTEM_MASTERS } from '../../user.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { forbidden, isAbout } from '../requests.ts';

const SIGNER = 'kubernetes.io/kube-apiserver-client';

/** Nobody asks for a certificate that makes them a member of `system:masters`. */
export const certificateSubjectRestriction: AdmissionPlugin = {
  name: 'CertificateSubjectRestriction',
  resources: ['certificatesigningrequests.certificates.k8s.io'],
  async validate(attributes) {
    const { operation, object } = attributes;
    if (operation !== 'CREATE' || !isAbout(attributes, 'certificatesigningrequests.certificates.k8s.io')) return;
    const { spec } = object as CertificateSigningRequest;
    if (spec.signerName !== SIGNER) return;
    const organizations = await organizationsOf(spec.request).catch((error: unknown) => {
      throw forbidden(attributes, `failed to parse CSR: ${error instanceof Error ? error.message : String(error)}`);
    });
    if (organizations.includes(SYSTEM_MASTERS)) {
      throw forbidden(attributes, `use of ${SIGNER} signer with ${SYSTEM_MASTERS} group is not allowed`);
    }
  },
};

async function organizationsOf(request: string): Promise<readonly string[]> {
  const { requestedOrganizations } = await import('../../authentication/certificate-request.ts');
  return requestedOrganizations(request);
}
