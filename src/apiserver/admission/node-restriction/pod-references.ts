import type { Pod } from '#api/core/v1/pod.ts';
import { podConfigMaps, podSecrets } from '#api/core/v1/pod-references.ts';
import type { Volume, VolumeProjection } from '#api/core/v1/volume.ts';

/** Besides those with secrets and config maps, whose names are found wherever they are. */
const VOLUMES: Partial<Readonly<Record<keyof Volume, string>>> = {
  csi: 'csidrivers (via CSI volumes)',
  glusterfs: 'endpoints (via glusterFS volumes)',
  persistentVolumeClaim: 'persistentvolumeclaims',
  ephemeral: 'persistentvolumeclaims (via ephemeral volumes)',
};
const PROJECTIONS: Partial<Readonly<Record<keyof VolumeProjection, string>>> = {
  serviceAccountToken: 'serviceaccounts (via projected volumes)',
  clusterTrustBundle: 'clustertrustbundles',
  podCertificate: 'podcertificates',
};

/** The first kind of other objects that a pod speaks of, in upstream's words; undefined when there is none. */
export function referencedByPod(pod: Pod): string | undefined {
  const { serviceAccountName, resourceClaims = [], volumes = [] } = pod.spec ?? {};
  if (serviceAccountName) return 'serviceaccounts';
  if (podSecrets(pod).size > 0) return 'secrets';
  if (podConfigMaps(pod).size > 0) return 'configmaps';
  if (resourceClaims.length > 0) return 'resourceclaims';
  for (const { name: _, projected, ...sources } of volumes) {
    const found = named(sources, VOLUMES) ?? firstOf(projected?.sources ?? [], (each) => named(each, PROJECTIONS));
    if (found !== undefined) return found;
  }
  return undefined;
}

const named = (sources: object, words: Readonly<Record<string, string>>): string | undefined =>
  firstOf(Object.entries(sources), ([kind, source]) => (source === undefined ? undefined : words[kind]));

function firstOf<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
