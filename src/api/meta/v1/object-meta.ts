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

export const OwnerReference = message(
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  {
    apiVersion: req(5, string),
    kind: req(1, string),
    name: req(3, string),
    uid: req(4, string),
    controller: ptr(6, bool, { description: 'Whether the owner manages the object' }),
    blockOwnerDeletion: ptr(7, bool, { description: 'Whether the owner waits for the object to go first' }),
  },
  { atomic: true, description: 'An object that another depends on' },
);
export interface OwnerReference extends Infer<typeof OwnerReference> {}

export const ObjectMeta = message(
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  {
    name: opt(1, string, { description: 'Name, unique for the kind within its namespace; cannot change' }),
    generateName: opt(2, string, { description: 'Start of a name that the server completes when no name is given' }),
    namespace: opt(3, string, { description: 'Namespace the object is in; empty for kinds of the whole cluster' }),
    selfLink: opt(4, string),
    uid: opt(5, string, { description: 'Identity that no other object ever had; set by the server' }),
    resourceVersion: opt(6, string, {
      description: "Changes with every write; sent back, it guards against overwriting somebody else's change",
    }),
    generation: opt(7, int64, { description: 'Counts the changes of what is wanted' }),
    creationTimestamp: opt(8, time, { description: 'When the object was created' }),
    deletionTimestamp: ptr(9, time, { description: 'When the object is to be gone; set by a delete that has to wait' }),
    deletionGracePeriodSeconds: ptr(10, int64, {
      description: 'Seconds that a delete waits for the object to end in order',
    }),
    labels: opt(11, map(string), { description: 'Short facts by which objects are selected' }),
    annotations: opt(12, map(string), { description: 'Facts for tools and people, by which nothing is selected' }),
    ownerReferences: opt(13, list(OwnerReference), {
      description: 'Objects this one depends on: it is deleted when all of them are gone',
      patchStrategy: 'merge',
      mergeKey: 'uid',
      listType: 'map',
      mapKeys: ['uid'],
    }),
    finalizers: opt(14, list(string), {
      description: 'What has to be done before the object can go',
      patchStrategy: 'merge',
      listType: 'set',
    }),
    managedFields: opt(17, list(ManagedFieldsEntry), { description: 'Which writer set which field' }),
  },
  { description: 'What every stored object has: its name, its labels and its history' },
);
export interface ObjectMeta extends Infer<typeof ObjectMeta> {}
