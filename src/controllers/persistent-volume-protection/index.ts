import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { removeFinalizer } from '../shared/remove-finalizer.ts';

const FINALIZER = 'kubernetes.io/pv-protection';

/** Lets volumes that are being deleted go once no claim is bound to them. */
export function createPersistentVolumeProtection(context: ControllerContext): Runnable {
  const { informers, client } = context;
  return new Controller('pv-protection', context).for(PersistentVolumes).reconciles(async (key) => {
    const object = informers.of(PersistentVolumes).store.getByKey(key);
    if (!object?.metadata?.deletionTimestamp || !object.metadata.finalizers?.includes(FINALIZER)) return;
    if (object.status?.phase === 'Bound') return;
    await removeFinalizer(client, { definition: PersistentVolumes, object, finalizer: FINALIZER });
  });
}
