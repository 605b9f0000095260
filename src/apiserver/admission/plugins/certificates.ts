import type { CertificateSigningRequest } from '#api/certificates/v1/certificate-signing-request.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { forbidden, isAbout } from '../requests.ts';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';

/** Only who may `approve` for a signer decides on its requests. */
export const createCertificateApproval = (source: Pick<AdmissionSource, 'decide'>): AdmissionPlugin => ({
  name: 'CertificateApproval',
  resources: [REQUESTS],
  async validate(attributes) {
    if (attributes.operation === 'UPDATE' && isAbout(attributes, REQUESTS, 'approval')) {
      await requireSigner(source, attributes, 'approve');
    }
  },
});

/** Only who may `sign` for a signer writes certificates and conditions of its requests. */
export const createCertificateSigning = (source: Pick<AdmissionSource, 'decide'>): AdmissionPlugin => ({
  name: 'CertificateSigning',
  resources: [REQUESTS],
  async validate(attributes) {
    if (attributes.operation !== 'UPDATE' || !isAbout(attributes, REQUESTS, 'status')) return;
    const { status } = attributes.object as CertificateSigningRequest;
    const before = (attributes.oldObject as CertificateSigningRequest).status;
    const same =
      deepEqual(status?.certificate, before?.certificate) &&
      deepEqual(status?.conditions ?? [], before?.conditions ?? []);
    if (!same) await requireSigner(source, attributes, 'sign');
  },
});

/** The right to a signer, `domain/path`, comes with its name or with `domain/*`. */
async function requireSigner(
  { decide }: Pick<AdmissionSource, 'decide'>,
  attributes: AdmissionAttributes,
  verb: 'approve' | 'sign',
): Promise<void> {
  const signer = (attributes.oldObject as CertificateSigningRequest).spec.signerName;
  const [domain = ''] = signer.split('/');
  const asked = { group: 'certificates.k8s.io', version: '*', resource: 'signers', subresource: '', namespace: '' };
  for (const name of [signer, `${domain}/*`]) {
    if ((await decide({ user: attributes.user, verb, ...asked, name })).allowed) return;
  }
  throw forbidden(attributes, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signer)}`);
}
