import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { AdmissionPlugin } from '../admission.ts';
import type { AdmissionReader } from '../admission-source.ts';
import { newestMarked } from '../newest-marked.ts';
import { isAbout } from '../requests.ts';

const MARKS = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'];
/** Where claims named their class before there was a field. */
export const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** Claims that name no class get the default one; those that name none on purpose (`""`) keep it so. */
export const createDefaultStorageClass = (source: AdmissionReader): AdmissionPlugin => ({
  name: 'DefaultStorageClass',
  resources: ['persistentvolumeclaims'],
  mutate(attributes) {
    if (!isAbout(attributes, PersistentVolumeClaims.plural) || attributes.operation !== 'CREATE') return;
    const { spec, metadata } = attributes.object as Mutable<PersistentVolumeClaim>;
    if (!spec || spec.storageClassName !== undefined || metadata?.annotations?.[CLASS_ANNOTATION] !== undefined) return;
    const found = newestMarked(source.list(StorageClasses, ''), MARKS);
    if (found?.metadata?.name) spec.storageClassName = found.metadata.name;
  },
});
