import { append } from '#base/append.ts';
import { trimEnd } from '#base/trim.ts';
import type { FieldPath } from '#machinery/errors/field-error.ts';
import { fractionWarnings } from './fraction-warnings.ts';
import type { PodCertificateProjection, Volume, VolumeProjection } from './volume.ts';

/** Kinds of volume that are out of use, and how they are named in warnings. */
const DEPRECATED: Readonly<Record<string, readonly [shown: string, since: string]>> = {
  photonPersistentDisk: ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  gitRepo: ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  scaleIO: ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  flocker: ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  storageos: ['storageOS', 'deprecated in v1.22, non-functional in v1.25+'],
  quobyte: ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  glusterfs: ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  cephfs: ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  rbd: ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
};

/** What is odd about a pod's volumes, though they are valid. */
export const volumeWarnings = (volumes: readonly Volume[], field: FieldPath): string[] => [
  ...volumes.flatMap((volume, position) => sourceWarnings(volume, field.index(position))),
  ...volumes.flatMap(overlapWarnings),
];

function sourceWarnings(volume: Volume, field: FieldPath): string[] {
  const warnings = Object.entries(DEPRECATED)
    .filter(([type]) => volume[type as keyof Volume] !== undefined)
    .map(([, [shown, since]]) => `${field.child(shown)}: ${since}`);
  const resources = volume.ephemeral?.volumeClaimTemplate?.spec?.resources;
  const at = field.child('ephemeral', 'volumeClaimTemplate', 'spec', 'resources');
  for (const list of ['requests', 'limits'] as const)
    append(warnings, fractionWarnings(resources?.[list], ['storage'], at.child(list)));
  return warnings;
}

interface PlacedFile {
  readonly path: string;
  /** Who puts it there, where a volume has several sources. */
  readonly source: string;
}

const show = ({ path, source }: PlacedFile): string =>
  source === '' ? JSON.stringify(path) : `${JSON.stringify(path)} (${source})`;

/** Files of one volume that are put in the same place, or one below the other. */
function overlapWarnings(volume: Volume): string[] {
  const { name, configMap, secret, downwardAPI, projected } = volume;
  const warn = (description: string, files: readonly PlacedFile[]) =>
    overlaps(files).map((text) => `volume ${JSON.stringify(name)} (${description}): overlapping paths: ${text}`);
  const warnings: string[] = [];
  const bare = (items: readonly { readonly path: string }[] | undefined) => placed(items, '');
  if (configMap) append(warnings, warn(`ConfigMap ${JSON.stringify(configMap.name ?? '')}`, bare(configMap.items)));
  if (secret) append(warnings, warn(`Secret ${JSON.stringify(secret.secretName ?? '')}`, bare(secret.items)));
  if (downwardAPI) append(warnings, warn('DownwardAPI', bare(downwardAPI.items)));
  for (const source of projected?.sources ?? []) {
    if (Object.values(source).every((each) => each === undefined))
      warnings.push(`volume ${JSON.stringify(name)} (Projected) has no sources provided`);
  }
  append(warnings, warn('Projected', (projected?.sources ?? []).flatMap(filesOf)));
  return warnings;
}

const placed = (items: readonly { readonly path: string }[] | undefined, source: string): PlacedFile[] =>
  (items ?? []).map(({ path }) => ({ path: trimEnd(path, '/'), source }));

function filesOf(projection: VolumeProjection): PlacedFile[] {
  const { configMap, secret, downwardAPI, serviceAccountToken: token, podCertificate } = projection;
  if (configMap?.items) return placed(configMap.items, `ConfigMap ${JSON.stringify(configMap.name ?? '')}`);
  if (secret?.items) return placed(secret.items, `Secret ${JSON.stringify(secret.name ?? '')}`);
  if (downwardAPI?.items) return placed(downwardAPI.items, 'DownwardAPI');
  if (token) return placed([token], 'ServiceAccountToken');
  return podCertificate ? filesOfCertificate(podCertificate) : [];
}

const filesOfCertificate = (projection: PodCertificateProjection): PlacedFile[] =>
  [
    { path: projection.certificateChainPath, source: 'PodCertificate chain' },
    { path: projection.keyPath, source: 'PodCertificate key' },
    { path: projection.credentialBundlePath, source: 'PodCertificate credential bundle' },
  ].flatMap(({ path, source }) => (path ? placed([{ path }], source) : []));

const overlaps = (files: readonly PlacedFile[]): string[] =>
  files.flatMap((file, position) =>
    files
      .slice(0, position)
      .filter((other) => file.path !== '' && other.path !== '' && overlap(file.path, other.path))
      .map((other) => `${show(file)} with ${show(other)}`),
  );

const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);
