import {
  enumeration,
  type Infer,
  inline,
  list,
  map,
  message,
  opt,
  ptr,
  quantity,
  string,
} from '#machinery/schema/schema.ts';
import { PersistentVolumeSource, VolumeNodeAffinity } from './persistent-volume-source.ts';
import { ObjectReference } from './references.ts';

export const PersistentVolumeSpec = message('io.k8s.api.core.v1.PersistentVolumeSpec', {
  capacity: opt(1, map(quantity)),
  persistentVolumeSource: inline(2, PersistentVolumeSource),
  accessModes: opt(3, list(enumeration('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'))),
  claimRef: ptr(4, ObjectReference, { mapType: 'granular' }),
  persistentVolumeReclaimPolicy: opt(5, enumeration('Recycle', 'Delete', 'Retain')),
  storageClassName: opt(6, string),
  mountOptions: opt(7, list(string)),
  volumeMode: ptr(8, enumeration('Block', 'Filesystem')),
  nodeAffinity: ptr(9, VolumeNodeAffinity),
  volumeAttributesClassName: ptr(10, string),
});
export interface PersistentVolumeSpec extends Infer<typeof PersistentVolumeSpec> {}
