import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import type { PersistentVolumeClaim } from '#api/core/v1/persistent-volume-claim.ts';
import type { StorageClass } from '#api/storage/v1/storage-class.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { isAlreadyExists } from '#machinery/errors/status-error.ts';
import { messageOf } from '../shared/pod-control.ts';
import type { VolumeProvisioner } from '../volume-provisioner.ts';
import {
  BETA_STORAGE_PROVISIONER,
  BOUND_BY_CONTROLLER,
  PROVISIONED_BY,
  STORAGE_PROVISIONER,
  VOLUME_FINALIZER,
} from './annotations.ts';
import { withAnnotations } from './binding.ts';
import type { VolumeWriter } from './volume-writer.ts';

/** Has a volume made for a claim: by the provisioner of this cluster, or by announcing it to one outside. */
export async function provisionVolume(
  context: ControllerContext,
  { writer, provisioner }: { readonly writer: VolumeWriter; readonly provisioner: VolumeProvisioner | undefined },
  { claim, storageClass }: { readonly claim: PersistentVolumeClaim; readonly storageClass: StorageClass },
): Promise<void> {
  const { provisioner: name } = storageClass;
  const marks = { [STORAGE_PROVISIONER]: name, [BETA_STORAGE_PROVISIONER]: name };
  const announced = await writer.updateClaim(claim, withAnnotations(claim, marks));
  if (provisioner?.name === name)
    return makeVolume(context, { writer, provisioner }, { claim: announced, storageClass });
  if (name === 'kubernetes.io/no-provisioner' || !name.startsWith('kubernetes.io/')) {
    const message = `Waiting for a volume to be created either by the external provisioner '${name}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`;
    context.events.record(announced, 'Normal', 'ExternalProvisioning', message);
    return;
  }
  context.events.record(announced, 'Warning', 'ProvisioningFailed', 'no volume plugin matched');
}

async function makeVolume(
  { client, events }: ControllerContext,
  { writer, provisioner }: { readonly writer: VolumeWriter; readonly provisioner: VolumeProvisioner },
  { claim, storageClass }: { readonly claim: PersistentVolumeClaim; readonly storageClass: StorageClass },
): Promise<void> {
  const name = `pvc-${claim.metadata?.uid}`;
  // Made in an earlier turn: the binding is all that is missing.
  if (writer.volumes.get(name) !== undefined) return;
  let made: Awaited<ReturnType<VolumeProvisioner['provision']>>;
  try {
    if (claim.spec?.selector) throw new Error('claim.Spec.Selector is not supported for dynamic provisioning');
    made = await provisioner.provision(name, { claim, storageClass });
  } catch (error) {
    const what = `Failed to provision volume with StorageClass ${JSON.stringify(storageClass.metadata?.name)}`;
    events.record(claim, 'Warning', 'ProvisioningFailed', `${what}: ${messageOf(error)}`);
    throw error;
  }
  const volume = volumeFor(name, { claim, storageClass, provisioner: provisioner.name, made });
  try {
    writer.volumes.wrote(await client.of(PersistentVolumes).create(volume));
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return;
  }
  const message = `Successfully provisioned volume ${name} using ${provisioner.name}`;
  events.record(claim, 'Normal', 'ProvisioningSucceeded', message);
}

function volumeFor(
  name: string,
  parts: {
    readonly claim: PersistentVolumeClaim;
    readonly storageClass: StorageClass;
    readonly provisioner: string;
    readonly made: Partial<PersistentVolume['spec'] & object>;
  },
): PersistentVolume {
  const { claim, storageClass, provisioner, made } = parts;
  const { metadata, spec } = claim;
  const claimRef = {
    kind: 'PersistentVolumeClaim',
    apiVersion: 'v1',
    namespace: metadata?.namespace,
    name: metadata?.name,
    uid: metadata?.uid,
    resourceVersion: metadata?.resourceVersion,
  };
  const { mountOptions, reclaimPolicy = 'Delete' } = storageClass;
  return {
    metadata: {
      name,
      annotations: { [BOUND_BY_CONTROLLER]: 'yes', [PROVISIONED_BY]: provisioner },
      finalizers: [VOLUME_FINALIZER],
    },
    spec: {
      capacity: { storage: spec?.resources?.requests?.['storage'] ?? '0' },
      accessModes: spec?.accessModes ?? [],
      volumeMode: spec?.volumeMode ?? 'Filesystem',
      persistentVolumeReclaimPolicy: reclaimPolicy,
      storageClassName: storageClass.metadata?.name ?? '',
      ...(mountOptions ? { mountOptions } : {}),
      claimRef,
      ...made,
    },
  } as PersistentVolume;
}
