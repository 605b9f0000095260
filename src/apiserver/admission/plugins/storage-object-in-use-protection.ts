import type { AdmissionPlugin } from '../admission.ts';
import { isAbout } from '../requests.ts';

const FINALIZERS: Readonly<Record<string, string>> = {
  persistentvolumes: 'kubernetes.io/pv-protection',
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
};

/** Volumes and claims in use are not removed under those who use them: protection controllers take the finalizers away. */
export const storageObjectInUseProtection: AdmissionPlugin = {
  name: 'StorageObjectInUseProtection',
  mutate(attributes) {
    const { operation, definition, object } = attributes;
    const finalizer = FINALIZERS[definition.plural];
    if (operation !== 'CREATE' || finalizer === undefined || !isAbout(attributes, definition.plural)) return;
    const metadata = object?.metadata;
    if (!metadata || metadata.finalizers?.includes(finalizer)) return;
    metadata.finalizers = [...(metadata.finalizers ?? []), finalizer];
  },
};
