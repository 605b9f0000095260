import { checkText, immutable, optionalOneOf } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { table } from '#base/table.ts';
import { difference } from '#machinery/errors/difference.ts';
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { internalForm } from '#machinery/errors/internal-form.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { sortedMembers } from '#machinery/objects/sorted-members.ts';
import type { NodeSelectorRequirement } from './affinity.ts';
import { validateNodeSelector } from './affinity-validation.ts';
import type { PersistentVolume } from './persistent-volume.ts';
import { PersistentVolumeSource, VolumeNodeAffinity } from './persistent-volume-source.ts';
import { validatePersistentVolumeSource } from './persistent-volume-source-validation.ts';
import type { PersistentVolumeSpec } from './persistent-volume-spec.ts';
import { validateAccessModes, validateStorageAmount } from './storage-rules.ts';

const SPEC = new FieldPath('spec');
const ROOT = new FieldPath();

export const validatePersistentVolume = ({ metadata, spec = {} }: PersistentVolume): FieldError[] =>
  validatePersistentVolumeSpec(spec, SPEC, { name: metadata?.name ?? '' });

/** `isInline` is for the spec that a VolumeAttachment has in place of a volume: it says nothing of claims and size. */
export function validatePersistentVolumeSpec(
  spec: PersistentVolumeSpec,
  field: FieldPath,
  { name, isInline = false }: { readonly name: string; readonly isInline?: boolean },
): FieldError[] {
  const modes = field.child('accessModes');
  return [
    ...(isInline ? validateInline(spec, field) : []),
    ...(spec.accessModes?.length ? [] : [required(modes)]),
    ...validateAccessModes(spec.accessModes ?? [], modes),
    ...(isInline ? [] : validateCapacity(spec.capacity ?? {}, field.child('capacity'))),
    ...validateReclaimPolicy(spec, field.child('persistentVolumeReclaimPolicy'), isInline),
    ...validateAffinity(spec, field, isInline),
    ...validatePersistentVolumeSource(spec, field, name),
    ...validatePlace(spec, field),
    ...validateClass(spec, field, isInline),
    ...validateMode(spec, field.child('volumeMode'), isInline),
    ...validateAttributesClass(spec, field),
  ];
}

const INLINE = 'may not be specified in the context of inline volumes';

function validateInline({ claimRef, capacity, csi }: PersistentVolumeSpec, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (claimRef !== undefined) errors.push(forbidden(field.child('claimRef'), INLINE));
  if (Object.keys(capacity ?? {}).length > 0) errors.push(forbidden(field.child('capacity'), INLINE));
  if (csi === undefined) {
    errors.push(required(field.child('csi'), 'has to be specified in the context of inline volumes'));
  }
  return errors;
}

function validateCapacity(capacity: Readonly<Record<string, string>>, field: FieldPath): FieldError[] {
  const names = Object.keys(capacity).sort();
  const errors: FieldError[] = names.length === 0 ? [required(field)] : [];
  if (capacity['storage'] === undefined || names.length > 1) {
    errors.push(notSupported(field, names.length === 0 ? null : sortedMembers(capacity), ['storage']));
  }
  return [...errors, ...names.flatMap((name) => validateStorageAmount(capacity[name]!, field.key(name)))];
}

function validateReclaimPolicy(
  { persistentVolumeReclaimPolicy: policy }: PersistentVolumeSpec,
  field: FieldPath,
  isInline: boolean,
): FieldError[] {
  if (!isInline) return optionalOneOf(field, policy || undefined, ['Delete', 'Recycle', 'Retain']);
  return !policy || policy === 'Retain'
    ? []
    : [forbidden(field, 'may only be Retain in the context of inline volumes')];
}

function validateAffinity({ nodeAffinity }: PersistentVolumeSpec, field: FieldPath, isInline: boolean): FieldError[] {
  const at = field.child('nodeAffinity');
  if (nodeAffinity === undefined) return [];
  if (isInline) return [forbidden(at, INLINE)];
  return nodeAffinity.required
    ? validateNodeSelector(nodeAffinity.required, at.child('required'))
    : [required(at.child('required'), 'must specify required node constraints')];
}

/** What lies on one machine is found there; and the root of a machine is not for wiping. */
function validatePlace(spec: PersistentVolumeSpec, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (spec.local && !spec.nodeAffinity) {
    errors.push(required(field.child('nodeAffinity'), 'Local volume requires node affinity'));
  }
  if (/^\/+$/.test(spec.hostPath?.path ?? '') && spec.persistentVolumeReclaimPolicy === 'Recycle') {
    const at = field.child('persistentVolumeReclaimPolicy');
    errors.push(forbidden(at, "may not be 'recycle' for a hostPath mount of '/'"));
  }
  return errors;
}

function validateClass({ storageClassName }: PersistentVolumeSpec, field: FieldPath, isInline: boolean): FieldError[] {
  const at = field.child('storageClassName');
  if (!storageClassName) return [];
  return isInline ? [forbidden(at, INLINE)] : checkText(at, storageClassName, isDNS1123Subdomain);
}

function validateMode({ volumeMode }: PersistentVolumeSpec, field: FieldPath, isInline: boolean): FieldError[] {
  if (!isInline) return optionalOneOf(field, volumeMode, ['Block', 'Filesystem']);
  return volumeMode === undefined || volumeMode === 'Filesystem'
    ? []
    : [forbidden(field, 'may not specify volumeMode other than Filesystem in the context of inline volumes')];
}

function validateAttributesClass(
  { volumeAttributesClassName: name, csi }: PersistentVolumeSpec,
  field: FieldPath,
): FieldError[] {
  if (name === undefined) return [];
  const at = field.child('volumeAttributesClassName');
  return [
    ...(name === '' ? [required(at, 'an empty string is disallowed')] : checkText(at, name, isDNS1123Subdomain)),
    ...(csi ? [] : [required(field.child('csi'), 'has to be specified when using volumeAttributesClassName')]),
  ];
}

/** Where a volume's data lies does not change. */
export function validatePersistentVolumeUpdate({ spec = {} }: PersistentVolume, old: PersistentVolume): FieldError[] {
  const before = old.spec ?? {};
  const had = sourceOf(before);
  const source = withoutNewExpandSecret(sourceOf(spec), had);
  const errors: FieldError[] = [];
  if (!deepEqual(source, had)) {
    const detail = `spec.persistentvolumesource is immutable after creation\n${difference(formOf(had), formOf(source))}`;
    errors.push(forbidden(SPEC.child('persistentvolumesource'), detail));
  }
  // Upstream names both without the spec they are in.
  append(errors, immutable(ROOT.child('volumeMode'), spec.volumeMode, before.volumeMode));
  if (before.nodeAffinity && !isRenamed(spec.nodeAffinity, before.nodeAffinity)) {
    const detail = 'field is immutable, except for updating from beta label to GA';
    errors.push(invalid(ROOT.child('nodeAffinity'), shown(spec.nodeAffinity), detail));
  }
  if (before.volumeAttributesClassName !== undefined && spec.volumeAttributesClassName === undefined) {
    const at = SPEC.child('volumeAttributesClassName');
    errors.push(forbidden(at, 'update from non-nil value to nil is forbidden'));
  }
  return errors;
}

const SOURCES = Object.keys(PersistentVolumeSource.fields) as (keyof PersistentVolumeSource)[];

const sourceOf = (spec: PersistentVolumeSpec): PersistentVolumeSource =>
  Object.fromEntries(SOURCES.flatMap((type) => (spec[type] === undefined ? [] : [[type, spec[type]]])));

const formOf = (source: PersistentVolumeSource): unknown => internalForm(source, PersistentVolumeSource);

/** A volume may be told later how it is made larger. */
function withoutNewExpandSecret(source: PersistentVolumeSource, had: PersistentVolumeSource): PersistentVolumeSource {
  if (source.csi === undefined || had.csi === undefined || had.csi.controllerExpandSecretRef) return source;
  const { controllerExpandSecretRef: _, ...csi } = source.csi;
  return { ...source, csi };
}

/** Labels of nodes that were given better names since. */
const RENAMED = table<string>({
  'failure-domain.beta.kubernetes.io/zone': 'topology.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region': 'topology.kubernetes.io/region',
  'beta.kubernetes.io/os': 'kubernetes.io/os',
  'beta.kubernetes.io/arch': 'kubernetes.io/arch',
  'beta.kubernetes.io/instance-type': 'node.kubernetes.io/instance-type',
});

/** Whether an affinity is what it was but for labels that have their better names now. */
function isRenamed(affinity: VolumeNodeAffinity | undefined, old: VolumeNodeAffinity): boolean {
  if (!affinity?.required || !old.required) return deepEqual(affinity, old);
  const before = old.required.nodeSelectorTerms;
  const asBefore = affinity.required.nodeSelectorTerms.map(({ matchExpressions, ...term }, position) => {
    const had = before[position]?.matchExpressions ?? [];
    return { ...term, ...(matchExpressions && { matchExpressions: matchExpressions.map(oldName(had)) }) };
  });
  return deepEqual(asBefore, before);
}

const oldName =
  (had: readonly NodeSelectorRequirement[]) =>
  (expression: NodeSelectorRequirement, position: number): NodeSelectorRequirement => {
    const key = had[position]?.key ?? '';
    return RENAMED[key] === expression.key ? { ...expression, key } : expression;
  };

const shown = (affinity: VolumeNodeAffinity | undefined): unknown =>
  affinity && internalForm(affinity, VolumeNodeAffinity);
