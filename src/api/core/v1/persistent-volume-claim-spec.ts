import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { enumeration, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { TypedLocalObjectReference, TypedObjectReference } from './references.ts';
import { VolumeResourceRequirements } from './resources.ts';

export const PersistentVolumeClaimSpec = message('io.k8s.api.core.v1.PersistentVolumeClaimSpec', {
  accessModes: opt(1, list(enumeration('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'))),
  selector: ptr(4, LabelSelector),
  resources: opt(2, VolumeResourceRequirements),
  volumeName: opt(3, string),
  storageClassName: ptr(5, string),
  volumeMode: ptr(6, enumeration('Block', 'Filesystem')),
  dataSource: ptr(7, TypedLocalObjectReference),
  dataSourceRef: ptr(8, TypedObjectReference),
  volumeAttributesClassName: ptr(9, string),
});
export interface PersistentVolumeClaimSpec extends Infer<typeof PersistentVolumeClaimSpec> {}
