import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { removeFinalizer } from '../shared/remove-finalizer.ts';
import { claimsOf, usesClaims } from './claims-of.ts';

const FINALIZER = 'kubernetes.io/pvc-protection';
const BY_CLAIM = 'claim';

/** Lets claims that are being deleted go once no pod uses them. */
export function createPersistentVolumeClaimProtection(context: ControllerContext): Runnable {
  const { informers, client } = context;
  const pods = informers.of(Pods);
  pods.store.addIndex(BY_CLAIM, claimsOf);
  return new Controller('pvc-protection', context)
    .for(PersistentVolumeClaims)
    .watches(Pods, claimsOf)
    .reconciles(async (key) => {
      const object = informers.of(PersistentVolumeClaims).store.getByKey(key);
      if (!object?.metadata?.deletionTimestamp || !object.metadata.finalizers?.includes(FINALIZER)) return;
      if (pods.store.byIndex(BY_CLAIM, key).some(usesClaims)) return;
      // A pod may have been scheduled that the informer has not heard of: the server knows.
      const { namespace } = object.metadata;
      const live = await client.of(Pods).list({ namespace });
      if (live.items.some((pod) => usesClaims(pod) && claimsOf(pod).includes(key))) return;
      await removeFinalizer(client, { definition: PersistentVolumeClaims, object, finalizer: FINALIZER });
    });
}
