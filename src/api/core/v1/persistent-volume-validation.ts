import { checkText, immutable, optionalOneOf, requireText } from '#api/checks.ts';
import { type FieldError, FieldPath, forbidden, notSupported, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { validateNodeSelector } from './affinity-validation.ts';
import type { PersistentVolume } from './persistent-volume.ts';
import { type CSIPersistentVolumeSource, PersistentVolumeSource } from './persistent-volume-source.ts';
import type { PersistentVolumeSpec } from './persistent-volume-spec.ts';
import { specDifference } from './spec-difference.ts';
import { validateAccessModes, validateStorageAmount } from './storage-rules.ts';
import { validateDriverName, validateHostPath } from './volume-validation.ts';

const SPEC = new FieldPath('spec');

export function validatePersistentVolume({ spec = {} }: PersistentVolume): FieldError[] {
  const modes = SPEC.child('accessModes');
  return [
    ...(spec.accessModes?.length ? [] : [required(modes)]),
    ...validateAccessModes(spec.accessModes ?? [], modes),
    ...validateCapacity(spec.capacity ?? {}, SPEC.child('capacity')),
    ...optionalOneOf(SPEC.child('persistentVolumeReclaimPolicy'), spec.persistentVolumeReclaimPolicy || undefined, [
      'Delete',
      'Recycle',
      'Retain',
    ]),
    ...validateAffinity(spec),
    ...validateSource(spec),
    ...(spec.storageClassName
      ? checkText(SPEC.child('storageClassName'), spec.storageClassName, isDNS1123Subdomain)
      : []),
    ...optionalOneOf(SPEC.child('volumeMode'), spec.volumeMode, ['Block', 'Filesystem']),
  ];
}

function validateCapacity(capacity: Readonly<Record<string, string>>, field: FieldPath): FieldError[] {
  const storage = capacity['storage'];
  if (Object.keys(capacity).length === 0) return [required(field)];
  if (storage === undefined || Object.keys(capacity).length > 1) return [notSupported(field, capacity, ['storage'])];
  return validateStorageAmount(storage, field.key('storage'));
}

function validateAffinity({ nodeAffinity }: PersistentVolumeSpec): FieldError[] {
  if (!nodeAffinity) return [];
  const at = SPEC.child('nodeAffinity', 'required');
  return nodeAffinity.required
    ? validateNodeSelector(nodeAffinity.required, at)
    : [required(at, 'must specify required node constraints')];
}

const SOURCES = Object.keys(PersistentVolumeSource.fields) as (keyof PersistentVolumeSource)[];

function validateSource(spec: PersistentVolumeSpec): FieldError[] {
  const types = SOURCES.filter((type) => spec[type] !== undefined);
  const errors = types.slice(1).map((type) => forbidden(SPEC.child(type), 'may not specify more than 1 volume type'));
  if (types.length === 0) errors.push(required(SPEC, 'must specify a volume type'));
  const { hostPath, nfs, local, csi } = spec;
  if (hostPath) {
    errors.push(...validateHostPath(hostPath, SPEC.child('hostPath')));
    if (/^\/+$/.test(hostPath.path) && spec.persistentVolumeReclaimPolicy === 'Recycle')
      errors.push(
        forbidden(SPEC.child('persistentVolumeReclaimPolicy'), "may not be 'recycle' for a hostPath mount of '/'"),
      );
  }
  if (nfs) {
    errors.push(...requireText(SPEC.child('nfs', 'server'), nfs.server));
    errors.push(...requireText(SPEC.child('nfs', 'path'), nfs.path, absoluteErrors));
  }
  if (local) {
    errors.push(...requireText(SPEC.child('local', 'path'), local.path, backstepErrors));
    if (!spec.nodeAffinity) errors.push(required(SPEC.child('nodeAffinity'), 'Local volume requires node affinity'));
  }
  if (csi) {
    errors.push(...validateCsi(csi, SPEC.child('csi')));
  }
  return errors;
}

const SECRETS = [
  'controllerPublishSecretRef',
  'controllerExpandSecretRef',
  'nodePublishSecretRef',
  'nodeExpandSecretRef',
] as const;

function validateCsi(csi: CSIPersistentVolumeSource, field: FieldPath): FieldError[] {
  const errors = [
    ...validateDriverName(csi.driver, field.child('driver')),
    ...requireText(field.child('volumeHandle'), csi.volumeHandle),
  ];
  for (const name of SECRETS) {
    const secret = csi[name];
    if (secret === undefined) continue;
    errors.push(...requireText(field.child(name, 'name'), secret.name, isDNS1123Subdomain));
    errors.push(...requireText(field.child(name, 'namespace'), secret.namespace, isDNS1123Label));
  }
  return errors;
}

const absoluteErrors = (path: string): string[] => (path.startsWith('/') ? [] : ['must be an absolute path']);
const backstepErrors = (path: string): string[] => (path.split('/').includes('..') ? ["must not contain '..'"] : []);

/** Where a volume's data lies does not change. */
export function validatePersistentVolumeUpdate({ spec = {} }: PersistentVolume, old: PersistentVolume): FieldError[] {
  const before = old.spec ?? {};
  const source = sourceOf(spec);
  const had = sourceOf(before);
  const errors = deepEqual(source, had)
    ? []
    : [
        forbidden(
          SPEC.child('persistentvolumesource'),
          `spec.persistentvolumesource is immutable after creation\n${specDifference(had, source)}`,
        ),
      ];
  errors.push(...immutable(SPEC.child('volumeMode'), spec.volumeMode, before.volumeMode));
  if (before.nodeAffinity) {
    errors.push(...immutable(SPEC.child('nodeAffinity'), spec.nodeAffinity, before.nodeAffinity));
  }
  return errors;
}

const sourceOf = (spec: PersistentVolumeSpec) =>
  Object.fromEntries(SOURCES.flatMap((type) => (spec[type] === undefined ? [] : [[type, spec[type]]])));
