import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { VolumeAttributesClasses } from '#api/storage/v1/volume-attributes-class.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { removeFinalizer } from '../shared/remove-finalizer.ts';

const FINALIZER = 'kubernetes.io/vac-protection';

/** Lets classes of volume attributes that are being deleted go once no volume has them and no claim wants them. */
export function createVolumeAttributesClassProtection(context: ControllerContext): Runnable {
  const { informers, client } = context;
  const isUsed = (name: string): boolean =>
    informers
      .of(PersistentVolumeClaims)
      .store.list()
      .some((claim) => classesOf(claim).includes(name)) ||
    informers
      .of(PersistentVolumes)
      .store.list()
      .some(({ spec }) => spec?.volumeAttributesClassName === name);
  return new Controller('vac-protection', context)
    .for(VolumeAttributesClasses)
    .watches(PersistentVolumeClaims, classesOf)
    .watches(PersistentVolumes, ({ spec }) => (spec?.volumeAttributesClassName ? [spec.volumeAttributesClassName] : []))
    .reconciles(async (name) => {
      const object = informers.of(VolumeAttributesClasses).store.getByKey(name);
      if (!object?.metadata?.deletionTimestamp || !object.metadata.finalizers?.includes(FINALIZER)) return;
      if (isUsed(name)) return;
      await removeFinalizer(client, { definition: VolumeAttributesClasses, object, finalizer: FINALIZER });
    });
}

/** The class that a claim wants, the one that its volume has, and the one on the way. */
function classesOf({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec?.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.filter((name): name is string => Boolean(name));
}
