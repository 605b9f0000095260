import { ObjectMeta } from '#api/meta/v1/object-meta.ts';
import type { ResourceDefinition } from '#api/resource-definition.ts';
import { STANDARD_VERBS } from '#api/verbs.ts';
import {
  bytes,
  enumeration,
  type Infer,
  int32,
  list,
  map,
  message,
  opt,
  ptr,
  req,
  string,
  time,
  wrappedList,
} from '#machinery/schema/schema.ts';
import { certificateSigningRequestColumns } from './certificate-signing-request-columns.ts';
import { certificateSigningRequestFields } from './certificate-signing-request-fields.ts';
import {
  certificateSigningRequestStrategy,
  prepareApproval,
  prepareSigning,
} from './certificate-signing-request-strategy.ts';
import { validateApprovalUpdate, validateSigningUpdate } from './certificate-signing-request-validation.ts';

export const CertificateSigningRequestSpec = message('io.k8s.api.certificates.v1.CertificateSigningRequestSpec', {
  request: req(1, bytes),
  signerName: req(7, string),
  expirationSeconds: ptr(8, int32),
  usages: opt(
    5,
    list(
      enumeration(
        'signing',
        'digital signature',
        'content commitment',
        'key encipherment',
        'key agreement',
        'data encipherment',
        'cert sign',
        'crl sign',
        'encipher only',
        'decipher only',
        'any',
        'server auth',
        'client auth',
        'code signing',
        'email protection',
        's/mime',
        'ipsec end system',
        'ipsec tunnel',
        'ipsec user',
        'timestamping',
        'ocsp signing',
        'microsoft sgc',
        'netscape sgc',
      ),
    ),
  ),
  username: opt(2, string),
  uid: opt(3, string),
  groups: opt(4, list(string)),
  extra: opt(6, map(wrappedList(string))),
});
export interface CertificateSigningRequestSpec extends Infer<typeof CertificateSigningRequestSpec> {}

export const CertificateSigningRequestCondition = message(
  'io.k8s.api.certificates.v1.CertificateSigningRequestCondition',
  {
    type: req(1, enumeration('Approved', 'Denied', 'Failed')),
    status: req(6, enumeration('True', 'False', 'Unknown')),
    reason: opt(2, string),
    message: opt(3, string),
    lastUpdateTime: opt(4, time),
    lastTransitionTime: opt(5, time),
  },
);
export interface CertificateSigningRequestCondition extends Infer<typeof CertificateSigningRequestCondition> {}

export const CertificateSigningRequestStatus = message('io.k8s.api.certificates.v1.CertificateSigningRequestStatus', {
  conditions: opt(1, list(CertificateSigningRequestCondition), { listType: 'map', mapKeys: ['type'] }),
  certificate: opt(2, bytes),
});
export interface CertificateSigningRequestStatus extends Infer<typeof CertificateSigningRequestStatus> {}

export const CertificateSigningRequest = message(
  'io.k8s.api.certificates.v1.CertificateSigningRequest',
  {
    kind: opt(0, string, { description: 'Kind of the object' }),
    apiVersion: opt(0, string, { description: 'Group and version of the kind' }),
    metadata: opt(1, ObjectMeta, { description: 'Name, labels, annotations and what the server knows of the object' }),
    spec: req(2, CertificateSigningRequestSpec, { description: 'What is wanted' }),
    status: opt(3, CertificateSigningRequestStatus, { description: 'What was last observed; written by the system' }),
  },
  { description: 'A request for a certificate' },
);
export interface CertificateSigningRequest extends Infer<typeof CertificateSigningRequest> {}

export const CertificateSigningRequests: ResourceDefinition<CertificateSigningRequest> = {
  group: 'certificates.k8s.io',
  version: 'v1',
  kind: 'CertificateSigningRequest',
  plural: 'certificatesigningrequests',
  singular: 'certificatesigningrequest',
  namespaced: false,
  verbs: STANDARD_VERBS,
  schema: CertificateSigningRequest,
  shortNames: ['csr'],
  subresources: {
    approval: {
      group: 'certificates.k8s.io',
      version: 'v1',
      kind: 'CertificateSigningRequest',
      verbs: ['get', 'patch', 'update'],
      type: 'part',
      resetFields: ['spec', 'status.certificate'],
      prepareForUpdate: prepareApproval,
      validateUpdate: validateApprovalUpdate,
    },
    status: {
      group: 'certificates.k8s.io',
      version: 'v1',
      kind: 'CertificateSigningRequest',
      verbs: ['get', 'patch', 'update'],
      type: 'status',
      prepareForUpdate: prepareSigning,
      validateUpdate: validateSigningUpdate,
    },
  },
  columns: certificateSigningRequestColumns,
  selectableFields: certificateSigningRequestFields,
  strategy: certificateSigningRequestStrategy,
};
