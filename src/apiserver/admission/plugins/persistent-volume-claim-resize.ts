import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { forbidden, isAbout } from '../requests.ts';
import { CLASS_ANNOTATION } from './default-storage-class.ts';

/** Claims grow only while bound, and only where their class can make volumes larger. */
export const createPersistentVolumeClaimResize = (source: AdmissionReader): AdmissionPlugin => ({
  name: 'PersistentVolumeClaimResize',
  resources: ['persistentvolumeclaims'],
  validate(attributes) {
    if (!isAbout(attributes, 'persistentvolumeclaims') || attributes.operation !== 'UPDATE') return;
    const claim = attributes.object as PersistentVolumeClaim;
    const old = attributes.oldObject as PersistentVolumeClaim;
    if (sizeOf(claim).compare(sizeOf(old)) <= 0) return;
    if (old.status?.phase !== 'Bound') {
      throw forbidden(attributes, 'Only bound persistent volume claims can be expanded');
    }
    const name = classOf(claim);
    const grows = name !== '' && name === classOf(old) && source.get(StorageClasses, '', name)?.allowVolumeExpansion;
    if (grows) return;
    const detail =
      'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize';
    throw forbidden(attributes, detail);
  },
});

const sizeOf = ({ spec }: PersistentVolumeClaim) => parseQuantity(spec?.resources?.requests?.['storage'] ?? '0');
const classOf = ({ metadata, spec }: PersistentVolumeClaim): string =>
  metadata?.annotations?.[CLASS_ANNOTATION] ?? spec?.storageClassName ?? '';
