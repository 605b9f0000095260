import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import type { ControllerContext } from '#controller/manager.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { messageOf } from '../shared/pod-control.ts';
import { removeFinalizer } from '../shared/remove-finalizer.ts';
import type { VolumeProvisioner } from '../volume-provisioner.ts';
import { annotationOf, PROVISIONED_BY, VOLUME_FINALIZER } from './annotations.ts';
import type { VolumeWriter } from './volume-writer.ts';

/** Does with a released volume what its policy says. */
export async function reclaimVolume(
  context: ControllerContext,
  { writer, provisioner }: { readonly writer: VolumeWriter; readonly provisioner: VolumeProvisioner | undefined },
  volume: PersistentVolume,
): Promise<void> {
  const fail = (reason: string, message: string) => writer.setPhase(volume, 'Failed', { reason, message });
  switch (volume.spec?.persistentVolumeReclaimPolicy) {
    case 'Retain':
      return letGo(context, volume);
    case 'Recycle':
      await fail('VolumeFailedRecycle', 'No recycler plugin found for the volume!');
      return;
    case 'Delete':
      return deleteVolume(context, { writer, provisioner }, volume);
    default:
      await fail('VolumeUnknownReclaimPolicy', 'Volume has unrecognized PersistentVolumeReclaimPolicy');
  }
}

/** Lets a deleted volume go whose data nobody is to remove. */
export async function letGo({ client }: ControllerContext, volume: PersistentVolume): Promise<void> {
  const { deletionTimestamp, finalizers = [] } = volume.metadata ?? {};
  if (deletionTimestamp === undefined || !finalizers.includes(VOLUME_FINALIZER)) return;
  await removeFinalizer(client, { definition: PersistentVolumes, object: volume, finalizer: VOLUME_FINALIZER });
}

async function deleteVolume(
  { client }: ControllerContext,
  { writer, provisioner }: { readonly writer: VolumeWriter; readonly provisioner: VolumeProvisioner | undefined },
  volume: PersistentVolume,
): Promise<void> {
  const name = volume.metadata?.name ?? '';
  const by = annotationOf(volume, PROVISIONED_BY);
  // Whoever made it outside of this cluster's own controllers removes it, too.
  if (by !== undefined && by !== provisioner?.name && !by.startsWith('kubernetes.io/')) return;
  try {
    if (by === undefined || by !== provisioner?.name) throw new Error(noDeleter(name, volume));
    await provisioner.remove(volume);
  } catch (error) {
    await writer.setPhase(volume, 'Failed', { reason: 'VolumeFailedDelete', message: messageOf(error) });
    throw error;
  }
  try {
    const left = (await client.of(PersistentVolumes).delete(name)) as PersistentVolume;
    const object = left.kind === 'PersistentVolume' ? left : volume;
    if (object.metadata?.finalizers?.includes(VOLUME_FINALIZER)) {
      await removeFinalizer(client, { definition: PersistentVolumes, object, finalizer: VOLUME_FINALIZER });
    }
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}

function noDeleter(name: string, { spec }: PersistentVolume): string {
  const path = spec?.hostPath?.path;
  return path === undefined
    ? `error getting deleter volume plugin for volume ${JSON.stringify(name)}: no deletable volume plugin matched`
    : `failed to create deleter for volume ${JSON.stringify(name)}: host_path deleter only supports /tmp/.+ but received provided ${path}`;
}
