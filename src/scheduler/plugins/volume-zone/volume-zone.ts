import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type StorageClass, StorageClasses } from '#api/storage/v1/storage-class.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { classOfClaim, isOwnClaim, mountedClaims } from '../../framework/pod-claims.ts';
import { type Status, skip, unresolvable } from '../../framework/status.ts';

const NAME = 'VolumeZone';
const SKIP = skip(NAME);
const ELSEWHERE = unresolvable(NAME, 'node(s) had no available volume zone');

/** The labels of a volume that say where it is; each in an old and a new form. */
const PLACES: Readonly<Record<string, string>> = {
  'topology.kubernetes.io/zone': 'failure-domain.beta.kubernetes.io/zone',
  'topology.kubernetes.io/region': 'failure-domain.beta.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
};

interface Place {
  readonly key: string;
  readonly values: readonly string[];
}

/** Keeps pods in the zones of their volumes. */
export function volumeZone({ informers }: PluginContext): Plugin {
  const claims = informers.of(PersistentVolumeClaims).store;
  const volumes = informers.of(PersistentVolumes).store;
  const classes = informers.of(StorageClasses).store;
  /** Why a claim has no volume; undefined where it gets one once its pod has a node. */
  const whyNoVolume = (className: string): string | undefined => {
    if (className === '') return 'PersistentVolumeClaim had no pv name and storageClass name';
    const storageClass = classes.get(className);
    if (storageClass === undefined) return `storageclass.storage.k8s.io "${className}" not found`;
    return storageClass.volumeBindingMode === 'WaitForFirstConsumer' ? undefined : 'PersistentVolume had no name';
  };
  return {
    name: NAME,
    events: {
      NodeAdd: true,
      NodeUpdateLabel: true,
      StorageClassAdd: (_pod, added) => (added as StorageClass).volumeBindingMode === 'WaitForFirstConsumer',
      PersistentVolumeClaimAdd: isOwnClaim,
      PersistentVolumeClaimUpdate: isOwnClaim,
      PersistentVolumeAdd: true,
      PersistentVolumeUpdate: (_pod, now, old) =>
        old === undefined || !deepEqual(placesOf(now as PersistentVolume), placesOf(old as PersistentVolume)),
    },
    preFilter({ pod, data }): Status | undefined {
      const places: Place[] = [];
      for (const { name, namespace, isEphemeral } of mountedClaims(pod.pod)) {
        if (isEphemeral) continue;
        const claim = claims.get(name, namespace);
        if (claim === undefined) return unresolvable(NAME, `persistentvolumeclaim "${name}" not found`);
        const { volumeName } = claim.spec ?? {};
        if (!volumeName) {
          const problem = whyNoVolume(classOfClaim(claim));
          if (problem === undefined) continue;
          return unresolvable(NAME, problem);
        }
        const volume = volumes.get(volumeName);
        if (volume === undefined) return unresolvable(NAME, `persistentvolume "${volumeName}" not found`);
        places.push(...placesOf(volume));
      }
      data.set(NAME, places);
      return places.length === 0 ? SKIP : undefined;
    },
    filter({ data }, { node }) {
      const labels = node.metadata?.labels ?? {};
      // Nodes that say nothing of zones are taken for clusters of one.
      if (!Object.keys(PLACES).some((key) => labels[key] !== undefined)) return undefined;
      const isThere = (data.get(NAME) as Place[]).every(({ key, values }) => {
        const own = labels[key] ?? labels[PLACES[key] as string];
        return own !== undefined && values.includes(own);
      });
      return isThere ? undefined : ELSEWHERE;
    },
  };
}

/** Where a volume says it is. */
const placesOf = ({ metadata }: PersistentVolume): Place[] =>
  Object.entries(metadata?.labels ?? {})
    .filter(([key]) => Object.hasOwn(PLACES, key))
    .map(([key, value]) => ({ key, values: value.split('__').map((each) => each.trim()) }));
