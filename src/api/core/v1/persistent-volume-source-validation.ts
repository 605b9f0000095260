import { checkText, requireText } from '#api/checks.ts';
import { type FieldError, type FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import type { CSIPersistentVolumeSource, PersistentVolumeSource } from './persistent-volume-source.ts';
import type { PersistentVolumeSpec } from './persistent-volume-spec.ts';
import {
  type AnySourceCheck,
  checkBacksteps,
  SOURCE_CHECKS,
  validateOneSource,
  validatePersistentIscsi,
  validateSecretReference,
} from './volume-source-validation.ts';
import { validateDriverName } from './volume-validation.ts';

type Check<K extends keyof PersistentVolumeSource> = (
  source: NonNullable<PersistentVolumeSource[K]>,
  field: FieldPath,
) => FieldError[];

/** Sources that persistent volumes say more of than pods. */
const OWN_CHECKS: { readonly [K in keyof PersistentVolumeSource]?: Check<K> } = {
  // Upstream speaks of a field that is called otherwise.
  gcePersistentDisk: (source, field) =>
    SOURCE_CHECKS.gcePersistentDisk(source, field).map((error) => ({
      ...error,
      field: error.field.replace('gcePersistentDisk', 'persistentDisk'),
    })),
  glusterfs: ({ endpointsNamespace: namespace, ...source }, field) => [
    ...SOURCE_CHECKS.glusterfs(source, field),
    ...(namespace === undefined ? [] : checkEndpointsNamespace(namespace, field.child('endpointsNamespace'))),
  ],
  cinder: ({ secretRef, ...source }, field) => [
    ...SOURCE_CHECKS.cinder(source, field),
    ...(secretRef ? requireNames(secretRef, field.child('secretRef')) : []),
  ],
  azureFile: ({ secretNamespace, ...source }, field) => [
    ...SOURCE_CHECKS.azureFile(source, field),
    ...(secretNamespace === '' ? [required(field.child('secretNamespace'))] : []),
  ],
  storageos: ({ secretRef, ...source }, field) => [
    ...SOURCE_CHECKS.storageos(source, field),
    ...(secretRef ? requireNames(secretRef, field.child('secretRef')) : []),
  ],
  local: ({ path }, field) => (path ? checkBacksteps(field.child('path'), path) : [required(field.child('path'))]),
  csi: validateCsi,
};

const requireNames = (
  { name, namespace }: { readonly name?: string | undefined; readonly namespace?: string | undefined },
  field: FieldPath,
): FieldError[] => [...requireText(field.child('name'), name), ...requireText(field.child('namespace'), namespace)];

function checkEndpointsNamespace(namespace: string, field: FieldPath): FieldError[] {
  if (namespace !== '') return checkText(field, namespace, isDNS1123Label);
  return [invalid(field, '', 'if the endpointnamespace is set, it must be a valid namespace name')];
}

const CSI_SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

function validateCsi(csi: CSIPersistentVolumeSource, field: FieldPath): FieldError[] {
  return [
    ...validateDriverName(csi.driver, field.child('driver')),
    ...requireText(field.child('volumeHandle'), csi.volumeHandle),
    ...CSI_SECRETS.flatMap((name) => {
      const secret = csi[name];
      return secret === undefined ? [] : validateSecretReference(secret, field.child(name));
    }),
  ];
}

const ORDER = [
  ...[
    'hostPath',
    'gcePersistentDisk',
    'awsElasticBlockStore',
    'glusterfs',
    'flocker',
    'nfs',
    'rbd',
    'quobyte',
    'cephfs',
  ],
  ...['iscsi', 'cinder', 'fc', 'flexVolume', 'azureFile', 'vsphereVolume', 'photonPersistentDisk', 'portworxVolume'],
  ...['azureDisk', 'scaleIO', 'local', 'storageos', 'csi'],
];

/** Where a persistent volume's data lies. `volume` is its name. */
export function validatePersistentVolumeSource(
  spec: PersistentVolumeSpec,
  field: FieldPath,
  volume: string,
): FieldError[] {
  const iscsi: Check<'iscsi'> = (source, at) => validatePersistentIscsi(source, at, volume);
  const checks = { ...SOURCE_CHECKS, ...OWN_CHECKS, iscsi } as unknown as Readonly<Record<string, AnySourceCheck>>;
  const sources = spec as unknown as Readonly<Record<string, unknown>>;
  return validateOneSource(sources, field, { order: ORDER, checks, spelled: { cephfs: 'cephFS' } });
}
