import type { Pod } from './pod.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Volume = NonNullable<PodSpec['volumes']>[number];
type AnyContainer = Pick<PodSpec['containers'][number], 'env' | 'envFrom'>;

/** Names of the secrets of its namespace that a pod needs. */
export function podSecrets({ spec }: Pod): Set<string> {
  const names = new Set<string>();
  if (spec === undefined) return names;
  for (const { name } of spec.imagePullSecrets ?? []) add(names, name);
  for (const { env, envFrom } of containersOf(spec)) {
    for (const { valueFrom } of env ?? []) add(names, valueFrom?.secretKeyRef?.name);
    for (const { secretRef } of envFrom ?? []) add(names, secretRef?.name);
  }
  for (const volume of spec.volumes ?? []) for (const name of volumeSecretNames(volume)) add(names, name);
  return names;
}

/** Names of the config maps of its namespace that a pod needs. */
export function podConfigMaps({ spec }: Pod): Set<string> {
  const names = new Set<string>();
  if (spec === undefined) return names;
  for (const { env, envFrom } of containersOf(spec)) {
    for (const { valueFrom } of env ?? []) add(names, valueFrom?.configMapKeyRef?.name);
    for (const { configMapRef } of envFrom ?? []) add(names, configMapRef?.name);
  }
  for (const { configMap, projected } of spec.volumes ?? []) {
    add(names, configMap?.name);
    for (const source of projected?.sources ?? []) add(names, source.configMap?.name);
  }
  return names;
}

/** Names of the persistent volume claims a pod uses, those made for it included. */
export function podClaims({ metadata, spec }: Pod): string[] {
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName];
    return ephemeral ? [`${metadata?.name}-${name}`] : [];
  });
}

/** Names of the resource claims a pod uses, those made for it included. */
export function podResourceClaims({ spec, status }: Pod): string[] {
  const made = status?.resourceClaimStatuses ?? [];
  const names = [
    ...(spec?.resourceClaims ?? []).map(
      ({ name, resourceClaimName }) => resourceClaimName ?? made.find((each) => each.name === name)?.resourceClaimName,
    ),
    status?.extendedResourceClaimStatus?.resourceClaimName,
  ];
  return names.filter((name): name is string => Boolean(name));
}

const containersOf = (spec: PodSpec): readonly AnyContainer[] => [
  ...(spec.initContainers ?? []),
  ...(spec.containers ?? []),
  ...(spec.ephemeralContainers ?? []),
];

function volumeSecretNames(volume: Volume): (string | undefined)[] {
  return [
    volume.secret?.secretName,
    ...(volume.projected?.sources ?? []).map(({ secret }) => secret?.name),
    volume.azureFile?.secretName,
    volume.cephfs?.secretRef?.name,
    volume.cinder?.secretRef?.name,
    volume.flexVolume?.secretRef?.name,
    volume.rbd?.secretRef?.name,
    volume.scaleIO?.secretRef?.name,
    volume.iscsi?.secretRef?.name,
    volume.storageos?.secretRef?.name,
    volume.csi?.nodePublishSecretRef?.name,
  ];
}

function add(names: Set<string>, name: string | undefined): void {
  if (name) names.add(name);
}
