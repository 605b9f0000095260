import {
  bool,
  enumeration,
  fieldsV1,
  type Infer,
  int64,
  list,
  map,
  message,
  opt,
  ptr,
  req,
  string,
  time,
} from '#machinery/schema/schema.ts';

export const ManagedFieldsEntry = message('io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry', {
  manager: opt(1, string),
  operation: opt(2, enumeration('Apply', 'Update')),
  apiVersion: opt(3, string),
  time: ptr(4, time),
  fieldsType: opt(6, string),
  fieldsV1: ptr(7, fieldsV1),
  subresource: opt(8, string),
});
export interface ManagedFieldsEntry extends Infer<typeof ManagedFieldsEntry> {}

export const OwnerReference = message('io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference', {
  apiVersion: req(5, string),
  kind: req(1, string),
  name: req(3, string),
  uid: req(4, string),
  controller: ptr(6, bool),
  blockOwnerDeletion: ptr(7, bool),
});
export interface OwnerReference extends Infer<typeof OwnerReference> {}

export const ObjectMeta = message('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', {
  name: opt(1, string),
  generateName: opt(2, string),
  namespace: opt(3, string),
  selfLink: opt(4, string),
  uid: opt(5, string),
  resourceVersion: opt(6, string),
  generation: opt(7, int64),
  creationTimestamp: opt(8, time),
  deletionTimestamp: ptr(9, time),
  deletionGracePeriodSeconds: ptr(10, int64),
  labels: opt(11, map(string)),
  annotations: opt(12, map(string)),
  ownerReferences: opt(13, list(OwnerReference), {
    patchStrategy: 'merge',
    mergeKey: 'uid',
    listType: 'map',
    mapKeys: ['uid'],
  }),
  finalizers: opt(14, list(string), { patchStrategy: 'merge', listType: 'set' }),
  managedFields: opt(17, list(ManagedFieldsEntry)),
});
export interface ObjectMeta extends Infer<typeof ObjectMeta> {}
