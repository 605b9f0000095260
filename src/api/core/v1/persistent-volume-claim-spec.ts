import { LabelSelector } from '#api/meta/v1/label-selector.ts';
import { enumeration, type Infer, list, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import { TypedLocalObjectReference, TypedObjectReference } from './references.ts';
import { VolumeResourceRequirements } from './resources.ts';

export const PersistentVolumeClaimSpec = message(
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec',
  {
    accessModes: opt(1, list(enumeration('ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod')), {
      description: 'How it will be mounted',
    }),
    selector: ptr(4, LabelSelector, { description: 'Labels of volumes that will do' }),
    resources: opt(2, VolumeResourceRequirements, { description: 'How much is wanted' }),
    volumeName: opt(3, string, { description: 'Volume that the claim is bound to' }),
    storageClassName: ptr(5, string, { description: 'Class that makes the volume' }),
    volumeMode: ptr(6, enumeration('Block', 'Filesystem'), { description: 'File system or block device' }),
    dataSource: ptr(7, TypedLocalObjectReference, { description: 'What the volume is filled from' }),
    dataSourceRef: ptr(8, TypedObjectReference),
    volumeAttributesClassName: ptr(9, string),
  },
  { description: 'What storage is wanted' },
);
export interface PersistentVolumeClaimSpec extends Infer<typeof PersistentVolumeClaimSpec> {}
