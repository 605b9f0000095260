import { immutable } from '#api/checks.ts';
import { labelsCell } from '#api/columns/cells.ts';
import { column, nameColumn } from '#api/columns/columns.ts';
import { Condition } from '#api/meta/v1/condition.ts';
import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition, Strategy } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { bytes, type Infer, int32, list, map, message, opt, ptr, req, string, time } from '#machinery/schema/schema.ts';
import { validatePodCertificateRequest, validatePodCertificateStatus } from './pod-certificate-validation.ts';

const PREFIX = 'io.k8s.api.certificates.v1beta1';

export const PodCertificateRequestSpec = message(`${PREFIX}.PodCertificateRequestSpec`, {
  signerName: req(1, string, { description: 'Who is asked to sign' }),
  podName: req(2, string, { description: 'The pod that the certificate is for' }),
  podUID: req(3, string, { description: 'The uid of that pod' }),
  serviceAccountName: req(4, string, { description: 'The service account that the pod runs as' }),
  serviceAccountUID: req(5, string, { description: 'The uid of that service account' }),
  nodeName: req(6, string, { description: 'The node that the pod runs on' }),
  nodeUID: req(7, string, { description: 'The uid of that node' }),
  maxExpirationSeconds: ptr(8, int32, { description: 'How long the certificate may last', default: 86400 }),
  pkixPublicKey: opt(9, bytes, { description: 'Deprecated: the public key, in DER', nullWhenEmpty: true }),
  proofOfPossession: opt(10, bytes, {
    description: "Deprecated: the pod's uid, signed with the private key",
    nullWhenEmpty: true,
  }),
  unverifiedUserAnnotations: opt(11, map(string), { description: 'What the pod tells the signer; nobody checked it' }),
  stubPKCS10Request: opt(12, bytes, {
    description: 'A PKCS #10 request, in DER, which is read for its public key',
    nullWhenEmpty: true,
  }),
});
export interface PodCertificateRequestSpec extends Infer<typeof PodCertificateRequestSpec> {}

export const PodCertificateRequestStatus = message(`${PREFIX}.PodCertificateRequestStatus`, {
  conditions: opt(1, list(Condition), {
    description: 'Issued, Denied or Failed, once it is decided',
    listType: 'map',
    mapKeys: ['type'],
  }),
  certificateChain: opt(2, string, { description: 'The certificate and those that signed it, in PEM' }),
  notBefore: opt(4, time, { description: 'When the certificate begins to be valid' }),
  beginRefreshAt: opt(5, time, { description: 'When the kubelet should ask for the next one' }),
  notAfter: opt(6, time, { description: 'When the certificate ends to be valid' }),
});
export interface PodCertificateRequestStatus extends Infer<typeof PodCertificateRequestStatus> {}

export const PodCertificateRequest = message(
  `${PREFIX}.PodCertificateRequest`,
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, PodCertificateRequestSpec, { description: 'What is wanted, and for whom' }),
    status: opt(3, PodCertificateRequestStatus, { description: 'What the signer answered' }),
  },
  { description: 'A request of a node for the certificate of one of its pods' },
);
export interface PodCertificateRequest extends Infer<typeof PodCertificateRequest> {}

/** Of the conditions at most one is there, and true. */
const stateOf = ({ status }: PodCertificateRequest): string => status?.conditions?.at(-1)?.type ?? 'Pending';

const strategy: Strategy<PodCertificateRequest> = {
  prepareForCreate: (request) => {
    request.status = {};
  },
  validateCreate: validatePodCertificateRequest,
  validateUpdate: ({ spec }, old) => immutable(new FieldPath('spec'), spec, old.spec),
  requireResourceVersionOnUpdate: true,
};

export const PodCertificateRequests: ResourceDefinition<PodCertificateRequest> = {
  group: 'certificates.k8s.io',
  version: 'v1beta1',
  kind: 'PodCertificateRequest',
  plural: 'podcertificaterequests',
  singular: 'podcertificaterequest',
  namespaced: true,
  verbs: STANDARD_VERBS,
  schema: PodCertificateRequest,
  subresources: {
    status: {
      group: 'certificates.k8s.io',
      version: 'v1beta1',
      kind: 'PodCertificateRequest',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      validateUpdate: validatePodCertificateStatus,
    },
  },
  columns: [
    nameColumn,
    column('PodName', 'The pod that the certificate is for', ({ spec }) => spec.podName),
    column('ServiceAccountName', 'The service account that the pod runs as', ({ spec }) => spec.serviceAccountName),
    column('NodeName', 'The node that the pod runs on', ({ spec }) => spec.nodeName),
    column('SignerName', 'Who is asked to sign', ({ spec }) => spec.signerName),
    column('State', 'Pending, Issued, Denied or Failed', stateOf),
    column('UnverifiedUserAnnotations', 'What the pod tells the signer', ({ spec }) =>
      labelsCell(spec.unverifiedUserAnnotations),
    ),
  ],
  selectableFields: {
    'spec.signerName': ({ spec }) => spec.signerName,
    'spec.podName': ({ spec }) => spec.podName,
    'spec.nodeName': ({ spec }) => spec.nodeName,
  },
  strategy,
};
