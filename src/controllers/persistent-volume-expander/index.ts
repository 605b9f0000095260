import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { keyOf } from '#client/object-store.ts';
import { mergePatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { OwnWrites } from '#controller/own-writes.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { planExpansion } from './expansion-plan.ts';

/** Grows volumes whose claims ask for more; those of other provisioners are grown by them. */
export function createPersistentVolumeExpander(context: ControllerContext, options: ControllersOptions): Runnable {
  const { client, events, informers } = context;
  const own = options.volumeProvisioner?.name;
  // The volume's growth calls for another look, which may come before the claim's: it would grow, and be told of, twice.
  const writes = new OwnWrites(informers.of(PersistentVolumeClaims));

  const grow = async (volume: PersistentVolume, claim: PersistentVolumeClaim, size: string): Promise<void> => {
    const { name = '', namespace = '' } = claim.metadata ?? {};
    if (parseQuantity(volume.spec?.capacity?.['storage'] ?? '0').compare(parseQuantity(size)) < 0) {
      const patch = mergePatch({ spec: { capacity: { storage: size } } });
      await client.of(PersistentVolumes).patch(volume.metadata?.name ?? '', patch);
    }
    const shown = mergePatch({ status: { capacity: { storage: size } } });
    writes.wrote(await client.of(PersistentVolumeClaims).patch(name, shown, { namespace, subresource: 'status' }));
    const message = `ExpandVolume succeeded for volume ${namespace}/${name}`;
    events.record(claim, 'Normal', 'VolumeResizeSuccessful', message);
  };

  return new Controller('volume-expand', context)
    .watches(PersistentVolumeClaims, (claim, old) => (old && requestOf(old) === requestOf(claim) ? [] : [keyOf(claim)]))
    .watches(PersistentVolumes, ({ spec }) =>
      spec?.claimRef ? [`${spec.claimRef.namespace}/${spec.claimRef.name}`] : [],
    )
    .reconciles(async (key) => {
      const claim = writes.get(key);
      const volume = claim && informers.of(PersistentVolumes).store.get(claim.spec?.volumeName ?? '');
      if (claim === undefined || volume === undefined) return;
      const plan = planExpansion(claim, volume, own);
      if (plan.do === 'grow') return grow(volume, claim, plan.size);
      if (plan.do === 'tell') events.record(claim, plan.type, 'ExternalExpanding', plan.message);
    });
}

const requestOf = ({ spec, status }: PersistentVolumeClaim): string =>
  `${spec?.resources?.requests?.['storage']} ${status?.phase}`;
