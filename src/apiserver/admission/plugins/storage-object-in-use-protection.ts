import { table } from '#base/table.ts';
import type { AdmissionPlugin } from '../admission.ts';
import { resourceOf } from '../requests.ts';

/** By resource. */
const FINALIZERS = table<string>({
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  'volumeattributesclasses.storage.k8s.io': 'kubernetes.io/vac-protection',
});

/** Volumes and claims in use are not removed under those who use them: protection controllers take the finalizers away. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  resources: Object.keys(FINALIZERS),
  mutate(attributes) {
    const finalizer = attributes.target.subresource === '' ? FINALIZERS[resourceOf(attributes.definition)] : undefined;
    const metadata = attributes.object?.metadata;
    if (attributes.operation !== 'CREATE' || finalizer === undefined) return;
    if (!metadata || metadata.finalizers?.includes(finalizer)) return;
    metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
  },
};
