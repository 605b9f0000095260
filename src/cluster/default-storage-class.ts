import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import type { Client } from '#client/client.ts';
import { isAlreadyExists } from '#machinery/errors/status-error.ts';
import { HOST_PATH_PROVISIONER } from './host-path-provisioner.ts';

/** Makes the storage class that claims get which name none. One of that name that people made stays as it is. */
export async function ensureDefaultStorageClass(client: Client): Promise<void> {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' };
  try {
    await client.of(StorageClasses).create({
      metadata: { name: 'standard', annotations },
      provisioner: HOST_PATH_PROVISIONER,
      reclaimPolicy: 'Delete',
      volumeBindingMode: 'Immediate',
      allowVolumeExpansion: true,
    });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}
