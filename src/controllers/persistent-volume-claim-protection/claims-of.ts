import type { Pod } from '#api/core/v1/pod.ts';

/** The claims that a pod names, or that are made for it, as `namespace/name`. */
export function claimsOf({ metadata, spec }: Pod): string[] {
  const { namespace = '', name = '' } = metadata ?? {};
  return (spec?.volumes ?? []).flatMap((volume) => {
    if (volume.persistentVolumeClaim) return [`${namespace}/${volume.persistentVolumeClaim.claimName}`];
    return volume.ephemeral ? [`${namespace}/${name}-${volume.name}`] : [];
  });
}

/** Nodes start no pod whose claim is being deleted, so a pod without one uses nothing; nor does one that is shut down. */
export const usesClaims = ({ spec, status, metadata }: Pod): boolean =>
  Boolean(spec?.nodeName) &&
  status?.phase !== 'Succeeded' &&
  status?.phase !== 'Failed' &&
  !(metadata?.deletionTimestamp && metadata.deletionGracePeriodSeconds === 0);
