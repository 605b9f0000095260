import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import type { Plugin } from '../../framework/plugin.ts';
import type { PluginContext } from '../../framework/plugin-context.ts';
import { isOwnClaim, mountedClaims } from '../../framework/pod-claims.ts';
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
  return {
    name: NAME,
    events: {
      NodeAdd: true,
      NodeUpdateLabel: true,
      StorageClassAdd: true,
      PersistentVolumeClaimAdd: isOwnClaim,
      PersistentVolumeClaimUpdate: isOwnClaim,
      PersistentVolumeAdd: true,
      PersistentVolumeUpdate: true,
    },
    preFilter({ pod, data }): Status | undefined {
      const places: Place[] = [];
      for (const { name, namespace } of mountedClaims(pod.pod)) {
        const claim = claims.get(name, namespace);
        if (claim === undefined) return unresolvable(NAME, `persistentvolumeclaim "${name}" not found`);
        const { volumeName, storageClassName } = claim.spec ?? {};
        if (!volumeName) {
          const mode = classes.get(storageClassName ?? '')?.volumeBindingMode;
          if (mode === 'WaitForFirstConsumer') continue;
          return unresolvable(NAME, 'PersistentVolumeClaim had no pv name and storageClass name');
        }
        const volume = volumes.get(volumeName);
        if (volume === undefined) return unresolvable(NAME, `persistentvolume "${volumeName}" not found`);
        for (const [key, value] of Object.entries(volume.metadata?.labels ?? {})) {
          if (Object.hasOwn(PLACES, key)) places.push({ key, values: value.split('__') });
        }
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
