import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { CSIDrivers } from '#api/storage/v1/csi-driver.ts';
import { keyOf } from '#client/object-store.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { isPodFinished } from '../shared/pods.ts';
import { conflictsOf, labelsOfVolumes, type VolumeUse } from './volume-labels.ts';

const BY_CLAIM = 'claim';

/** Warns of pods that want the same volume with different SELinux labels: one node can only serve one of them. */
export function createSELinuxWarningController(context: ControllerContext): Runnable {
  const { informers, events } = context;
  const [pods, claims, volumes] = [
    informers.of(Pods).addIndex(BY_CLAIM, claimKeys),
    informers.of(PersistentVolumeClaims),
    informers.of(PersistentVolumes),
  ];
  const drivers = informers.of(CSIDrivers);
  /** By volume, what each pod wants of it. */
  const uses = new Map<string, Map<string, VolumeUse>>();

  const forget = (key: string): void => {
    for (const [volume, ofVolume] of uses) if (ofVolume.delete(key) && ofVolume.size === 0) uses.delete(volume);
  };

  /** Only some volumes can be mounted with a label. */
  const takesLabels = ({ spec }: PersistentVolume): boolean =>
    Boolean(spec?.fc ?? spec?.iscsi) || drivers.store.get(spec?.csi?.driver ?? '')?.spec?.seLinuxMount === true;

  const look = (pod: Pod): void => {
    const policy = pod.spec?.securityContext?.seLinuxChangePolicy ?? 'MountOption';
    const labels = labelsOfVolumes(pod);
    const conflicts = claimsByVolume(pod).flatMap(([name, claim]) => {
      const [label = '', ...others] = labels.get(name) ?? [];
      const volume = volumes.store.get(claims.store.getByKey(claim)?.spec?.volumeName ?? '');
      if (volume === undefined || !labels.has(name)) return [];
      if (others.length > 0) {
        const message = `Volume ${JSON.stringify(name)} is mounted twice with different SELinux labels inside this pod`;
        events.record(pod, 'Warning', 'MultipleSELinuxLabels', message);
        return [];
      }
      const isMounted = policy === 'MountOption' && takesLabels(volume) && label !== '';
      const key = volume.metadata?.name ?? '';
      const ofVolume = uses.get(key) ?? new Map<string, VolumeUse>();
      uses.set(key, ofVolume);
      const use: VolumeUse = isMounted ? { label, policy: 'MountOption' } : { label: '', policy: 'Recursive' };
      return conflictsOf(keyOf(pod), ofVolume.set(keyOf(pod), use));
    });
    for (const { pod: told, reason, message } of conflicts) {
      const object = pods.store.getByKey(told);
      if (object) events.record(object, 'Normal', reason, message);
    }
  };

  return new Controller('selinux_warning', context)
    .watches(Pods, (pod, old) => (old && old.status?.phase === pod.status?.phase ? [] : [keyOf(pod)]))
    .watches(PersistentVolumeClaims, (claim, old) => (isBoundAnew(claim, old) ? podsOf(keyOf(claim)) : []))
    .watches(PersistentVolumes, ({ spec }, old) =>
      spec?.claimRef?.uid && old?.spec?.claimRef?.uid !== spec.claimRef.uid
        ? podsOf(`${spec.claimRef.namespace}/${spec.claimRef.name}`)
        : [],
    )
    .watches(CSIDrivers, ({ metadata, spec }, old) =>
      (old?.spec?.seLinuxMount ?? false) === (spec?.seLinuxMount ?? false) ? [] : podsWith(metadata?.name),
    )
    .reconciles(
      async (key) => {
        forget(key);
        const pod = pods.store.getByKey(key);
        if (pod !== undefined && !isPodFinished(pod)) look(pod);
      },
      { workers: 1 },
    );

  function podsOf(claim: string): string[] {
    return pods.store.byIndex(BY_CLAIM, claim).map(keyOf);
  }

  function podsWith(driver: string | undefined): string[] {
    return volumes.store
      .list()
      .filter(({ spec }) => spec?.csi?.driver === driver && spec?.claimRef)
      .flatMap(({ spec }) => podsOf(`${spec?.claimRef?.namespace}/${spec?.claimRef?.name}`));
  }
}

const isBoundAnew = (claim: PersistentVolumeClaim, old: PersistentVolumeClaim | undefined): boolean =>
  Boolean(claim.spec?.volumeName) && old?.spec?.volumeName !== claim.spec?.volumeName;

/** The names of a pod's volumes that are claims, with the keys of those. */
function claimsByVolume({ metadata, spec }: Pod): [name: string, claim: string][] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }): [string, string][] => {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral ? `${metadata?.name}-${name}` : undefined);
    return claim === undefined ? [] : [[name, `${metadata?.namespace}/${claim}`]];
  });
}

const claimKeys = (pod: Pod): string[] => claimsByVolume(pod).map(([, claim]) => claim);
