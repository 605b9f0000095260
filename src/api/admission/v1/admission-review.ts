import { UserInfo } from '#api/authentication/v1/user-info.ts';
import { GroupVersionKind, GroupVersionResource } from '#api/meta/v1/group-version.ts';
import { Status } from '#api/meta/v1/status.ts';
import {
  bool,
  bytes,
  enumeration,
  type Infer,
  list,
  map,
  message,
  opt,
  ptr,
  rawExtension,
  string,
} from '#machinery/schema/schema.ts';

export const AdmissionRequest = message('io.k8s.api.admission.v1.AdmissionRequest', {
  uid: opt(1, string),
  kind: opt(2, GroupVersionKind),
  resource: opt(3, GroupVersionResource),
  subResource: opt(4, string),
  requestKind: ptr(13, GroupVersionKind),
  requestResource: ptr(14, GroupVersionResource),
  requestSubResource: opt(15, string),
  name: opt(5, string),
  namespace: opt(6, string),
  operation: opt(7, enumeration('CREATE', 'UPDATE', 'DELETE', 'CONNECT')),
  userInfo: opt(8, UserInfo),
  object: opt(9, rawExtension),
  oldObject: opt(10, rawExtension),
  dryRun: ptr(11, bool),
  options: opt(12, rawExtension),
});
export interface AdmissionRequest extends Infer<typeof AdmissionRequest> {}

export const AdmissionResponse = message('io.k8s.api.admission.v1.AdmissionResponse', {
  uid: opt(1, string),
  allowed: opt(2, bool),
  status: ptr(3, Status),
  patch: opt(4, bytes),
  patchType: ptr(5, enumeration('JSONPatch')),
  auditAnnotations: opt(6, map(string)),
  warnings: opt(7, list(string)),
});
export interface AdmissionResponse extends Infer<typeof AdmissionResponse> {}

export const AdmissionReview = message('io.k8s.api.admission.v1.AdmissionReview', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  request: ptr(1, AdmissionRequest),
  response: ptr(2, AdmissionResponse),
});
export interface AdmissionReview extends Infer<typeof AdmissionReview> {}
