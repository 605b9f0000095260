import { checkEach, checkNumber, optionalOneOf, requireText } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { append } from '#base/append.ts';
import { table } from '#base/table.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { validateFieldRef, validateResourceFieldRef } from './env-validation.ts';
import { validateClaimTemplate } from './persistent-volume-claim-validation.ts';
import { certificatePaths, validatePodCertificate } from './pod-certificate-projection-validation.ts';
import type { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource, Volume, VolumeProjection } from './volume.ts';
import {
  type AnySourceCheck,
  checkDescendingPath,
  checkFilePath,
  isPortalTooLong,
  PORTAL_TOO_LONG,
  SOURCE_CHECKS,
  type SourceCheck,
  validateOneSource,
} from './volume-source-validation.ts';

const FILE_FIELDS = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];
/** The rules of a pod's volumes. */
export function validateVolumes(
  volumes: readonly Volume[] | undefined,
  field: FieldPath,
  podName?: string,
): FieldError[] {
  const names = new Set<string>();
  return checkEach(volumes, field, (volume, at) => {
    const { name } = volume;
    const claimName = `${podName}-${name}`;
    const errors = [
      ...validateSource(volume, at),
      ...(volume.ephemeral && podName && name
        ? isDNS1123Subdomain(claimName).map((why) => invalid(at.child('name'), name, `PVC name "${claimName}": ${why}`))
        : []),
      ...requireText(at.child('name'), name, isDNS1123Label),
    ];
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    return errors;
  });
}

type Sources = Omit<Volume, 'name'>;

const CHECKS: { readonly [K in keyof Sources]?: SourceCheck<K> } = {
  ...SOURCE_CHECKS,
  emptyDir: ({ sizeLimit }, field) =>
    sizeLimit !== undefined && parseQuantity(sizeLimit).sign < 0
      ? [forbidden(field.child('sizeLimit'), 'SizeLimit field must be a valid resource quantity')]
      : [],
  secret: ({ secretName, defaultMode, items }, field) => [
    ...requireText(field.child('secretName'), secretName),
    ...checkMode(field.child('defaultMode'), defaultMode),
    ...checkEach(items, field.child('items'), validateKeyToPath),
  ],
  persistentVolumeClaim: ({ claimName }, field) => requireText(field.child('claimName'), claimName),
  downwardAPI: ({ defaultMode, items }, field) => [
    ...checkMode(field.child('defaultMode'), defaultMode),
    // Upstream names the volume, not the file, for what is wrong with one.
    ...(items ?? []).flatMap((file) => validateFile(file, field)),
  ],
  configMap: ({ name, defaultMode, items }, field) => [
    ...requireText(field.child('name'), name),
    ...checkMode(field.child('defaultMode'), defaultMode),
    ...checkEach(items, field.child('items'), validateKeyToPath),
  ],
  projected: validateProjected,
  csi: ({ driver, nodePublishSecretRef: secret }, field) => [
    ...validateDriverName(driver, field.child('driver')),
    ...(secret === undefined ? [] : validateSecretRef(secret.name, field)),
  ],
  ephemeral: ({ volumeClaimTemplate }, field) =>
    volumeClaimTemplate
      ? validateClaimTemplate(volumeClaimTemplate, field.child('volumeClaimTemplate'))
      : [required(field.child('volumeClaimTemplate'))],
  image: ({ reference, pullPolicy }, field) => [
    ...requireText(field.child('reference'), reference),
    ...optionalOneOf(field.child('pullPolicy'), pullPolicy || undefined, ['Always', 'IfNotPresent', 'Never']),
  ],
  gitRepo: ({ repository, directory = '' }, field) => [
    ...requireText(field.child('repository'), repository),
    ...checkDescendingPath(field.child('directory'), directory),
  ],
};

const ORDER = [
  ...['emptyDir', 'hostPath', 'gitRepo', 'gcePersistentDisk', 'awsElasticBlockStore', 'secret', 'nfs', 'iscsi'],
  ...['glusterfs', 'flocker', 'persistentVolumeClaim', 'rbd', 'cinder', 'cephfs', 'quobyte', 'downwardAPI', 'fc'],
  ...['flexVolume', 'configMap', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume', 'azureDisk'],
  ...['storageos', 'projected', 'scaleIO', 'csi', 'ephemeral', 'image'],
];
/** Where upstream spells a second source otherwise than its field. */
const SPELLED = table<string>({ cephfs: 'cephFS', downwardAPI: 'downwarAPI' });

function validateSource({ name, ...sources }: Volume, field: FieldPath): FieldError[] {
  const checks = CHECKS as unknown as Readonly<Record<string, AnySourceCheck>>;
  const errors = validateOneSource(sources, field, { order: ORDER, checks, spelled: SPELLED });
  if (sources.iscsi && isPortalTooLong(name, sources.iscsi))
    errors.push(invalid(field.child('name'), name, PORTAL_TOO_LONG));
  return errors;
}

const checkMode = (field: FieldPath, mode: number | undefined): FieldError[] =>
  checkNumber(field, mode, (value) =>
    value < 0 || value > 0o777 ? ['must be a number between 0 and 0777 (octal), both inclusive'] : [],
  );

const validateKeyToPath = ({ key, path, mode }: KeyToPath, field: FieldPath): FieldError[] => [
  ...requireText(field.child('key'), key),
  ...checkFilePath(field.child('path'), path),
  ...checkMode(field.child('mode'), mode),
];

function validateFile(
  { path, fieldRef, resourceFieldRef, mode }: DownwardAPIVolumeFile,
  field: FieldPath,
): FieldError[] {
  const errors = checkFilePath(field.child('path'), path);
  if (fieldRef) {
    append(errors, validateFieldRef(fieldRef, field.child('fieldRef'), FILE_FIELDS));
    if (resourceFieldRef)
      errors.push(invalid(field, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (resourceFieldRef) {
    const at = field.child('resourceFieldRef');
    const missing = requireText(at.child('containerName'), resourceFieldRef.containerName);
    append(errors, missing.length > 0 ? missing : validateResourceFieldRef(resourceFieldRef, at));
  } else errors.push(required(field, 'one of fieldRef and resourceFieldRef is required'));
  return [...errors, ...checkMode(field.child('mode'), mode)];
}

function validateProjected({ defaultMode, sources }: ProjectedVolumeSource, field: FieldPath): FieldError[] {
  return [
    ...checkMode(field.child('defaultMode'), defaultMode),
    ...checkEach(sources, field.child('sources'), (source, at) => validateProjection(source, at, field)),
    ...pathConflicts(sources ?? [], field),
  ];
}

/** Two sources must not put a file in the same place. */
function pathConflicts(sources: readonly VolumeProjection[], field: FieldPath): FieldError[] {
  const taken = new Set<string>();
  return sources.flatMap(({ secret, configMap, downwardAPI, clusterTrustBundle, podCertificate }) =>
    [
      ...[secret, configMap, downwardAPI],
      ...(clusterTrustBundle ? [{ items: [clusterTrustBundle] }] : []),
      ...(podCertificate ? [{ items: certificatePaths(podCertificate) }] : []),
    ].flatMap((source) =>
      (source?.items ?? []).flatMap(({ path }: { readonly path: string }) => {
        const conflict = path !== '' && taken.has(path);
        taken.add(path);
        const shown = source !== undefined && 'name' in source ? source.name : path;
        return conflict ? [invalid(field, shown ?? '', 'conflicting duplicate paths')] : [];
      }),
    ),
  );
}

function validateProjection(projection: VolumeProjection, field: FieldPath, volume: FieldPath): FieldError[] {
  const { secret, configMap, downwardAPI, serviceAccountToken: token, clusterTrustBundle: bundle } = projection;
  const { podCertificate } = projection;
  const errors: FieldError[] = [];
  for (const [name, source] of Object.entries({ secret, configMap })) {
    if (!source) continue;
    append(errors, requireText(field.child(name, 'name'), source.name));
    append(errors, checkEach(source.items, field.child(name, 'items'), validateKeyToPath));
  }
  for (const file of downwardAPI?.items ?? []) append(errors, validateFile(file, field.child('downwardAPI')));
  if (token) {
    const at = field.child('serviceAccountToken');
    append(errors, checkTokenLife(at.child('expirationSeconds'), token.expirationSeconds));
    append(errors, checkFilePath(volume.child('path'), token.path));
  }
  if (bundle) {
    const at = field.child('clusterTrustBundle');
    append(errors, checkFilePath(at.child('path'), bundle.path));
    append(errors, validateLabelSelector(bundle.labelSelector, at.child('labelSelector')));
    if (Boolean(bundle.name) === Boolean(bundle.signerName))
      errors.push(invalid(at, bundle, 'exactly one of name and signerName is required'));
  }
  if (podCertificate) append(errors, validatePodCertificate(podCertificate, field.child('podCertificate')));
  const types = Object.entries(projection).filter(([, source]) => source !== undefined);
  if (types.length > 1) errors.push(forbidden(field, 'may not specify more than 1 volume type per source'));
  return errors;
}

/** Ten minutes at least. */
const checkTokenLife = (field: FieldPath, seconds: number | undefined): FieldError[] =>
  checkNumber(field, seconds, (value) => {
    if (value < 600) return ['may not specify a duration less than 10 minutes'];
    return value > 2 ** 32 ? ['may not specify a duration larger than 2^32 seconds'] : [];
  });

/** The name of a CSI driver, which may be in capitals. */
export function validateDriverName(name: string | undefined, field: FieldPath): FieldError[] {
  const text = name ?? '';
  if (text === '') return [required(field)];
  return [
    ...(text.length > MAX_DRIVER_NAME ? [tooLong(field, MAX_DRIVER_NAME)] : []),
    ...isDNS1123Subdomain(text.toLowerCase()).map((why) => invalid(field, text, why)),
  ];
}

const MAX_DRIVER_NAME = 63;

/** Upstream names the volume's `name` where the secret's is wrong. */
const validateSecretRef = (name: string | undefined, field: FieldPath): FieldError[] =>
  name
    ? isDNS1123Subdomain(name).map((why) => invalid(field.child('name'), name, why))
    : [required(field.child('nodePublishSecretRef', 'name'))];

/** Names of volumes that a pod has. */
export const volumeNames = (volumes: readonly Volume[] | undefined): ReadonlySet<string> =>
  new Set((volumes ?? []).map(({ name }) => name));
