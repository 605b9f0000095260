import type { Mutable } from '#machinery/schema/schema.ts';
import { defaultPullPolicy } from './image-tag.ts';
import type { DownwardAPIVolumeFile, Volume, VolumeProjection } from './volume.ts';

/** rw-r--r-- */
const DEFAULT_MODE = 0o644;

/** Fills what a volume leaves open; one without a source is an empty directory. */
export function applyVolumeDefaults(volume: Mutable<Volume>): void {
  const { name: _, ...sources } = volume;
  if (Object.values(sources).every((source) => source === undefined)) volume.emptyDir = {};
  const { secret, configMap, downwardAPI, projected, hostPath, image, ephemeral } = volume;
  for (const source of [secret, configMap, downwardAPI, projected]) if (source) source.defaultMode ??= DEFAULT_MODE;
  if (hostPath) hostPath.type ??= '';
  if (image) image.pullPolicy ||= defaultPullPolicy(image.reference ?? '');
  if (ephemeral?.volumeClaimTemplate) ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem';
  for (const file of downwardAPI?.items ?? []) applyFileDefaults(file);
  for (const projection of projected?.sources ?? []) applyProjectionDefaults(projection);
}

function applyProjectionDefaults(projection: Mutable<VolumeProjection>): void {
  if (projection.serviceAccountToken) projection.serviceAccountToken.expirationSeconds ??= 3600;
  if (projection.podCertificate) projection.podCertificate.maxExpirationSeconds ??= 86400;
  for (const file of projection.downwardAPI?.items ?? []) applyFileDefaults(file);
}

function applyFileDefaults(file: Mutable<DownwardAPIVolumeFile>): void {
  if (file.fieldRef) file.fieldRef.apiVersion ||= 'v1';
  if (file.resourceFieldRef) file.resourceFieldRef.divisor ||= '0';
}
