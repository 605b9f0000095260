import type { CertificateSigningRequest } from '#api/certificates/v1/certificate-signing-request.ts';
import type { ClusterTrustBundle } from '#api/certificates/v1beta1/cluster-trust-bundle.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { mayForSigner } from '../../authorization/signer-rights.ts';
import type { AdmissionAttributes, AdmissionPlugin } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { differsInOwnersOnly, forbidden, isAbout } from '../requests.ts';

const REQUESTS = 'certificatesigningrequests.certificates.k8s.io';
const BUNDLES = 'clustertrustbundles.certificates.k8s.io';

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

/** Only who may `attest` for a signer says whom to trust for it. Owners and finalizers change nothing of that. */
export const createClusterTrustBundleAttest = (source: Pick<AdmissionSource, 'decide'>): AdmissionPlugin => ({
  name: 'ClusterTrustBundleAttest',
  resources: [BUNDLES],
  async validate(attributes) {
    const { operation, object, oldObject } = attributes;
    if ((operation !== 'CREATE' && operation !== 'UPDATE') || !isAbout(attributes, BUNDLES)) return;
    const { signerName } = (object as ClusterTrustBundle).spec;
    if (!signerName || (oldObject !== undefined && differsInOwnersOnly(object as KubernetesObject, oldObject))) return;
    if (await mayForSigner(source.decide, attributes.user, { verb: 'attest', signer: signerName })) return;
    throw forbidden(attributes, `user not permitted to attest for signerName ${JSON.stringify(signerName)}`);
  },
});

async function requireSigner(
  source: Pick<AdmissionSource, 'decide'>,
  attributes: AdmissionAttributes,
  verb: 'approve' | 'sign',
): Promise<void> {
  const signer = (attributes.oldObject as CertificateSigningRequest).spec.signerName;
  if (await mayForSigner(source.decide, attributes.user, { verb, signer })) return;
  throw forbidden(attributes, `user not permitted to ${verb} requests with signerName ${JSON.stringify(signer)}`);
}
