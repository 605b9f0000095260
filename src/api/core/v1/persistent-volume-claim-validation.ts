import { checkText, optionalOneOf, requireText } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { validateAnnotations, validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import {
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts';
import type { PersistentVolumeClaimSpec } from './persistent-volume-claim-spec.ts';
import { specDifference } from './spec-difference.ts';
import { validateAccessModes, validateStorageAmount } from './storage-rules.ts';
import type { PersistentVolumeClaimTemplate } from './volume.ts';

const SPEC = new FieldPath('spec');

export const validatePersistentVolumeClaim = ({ spec = {} }: PersistentVolumeClaim): FieldError[] =>
  validatePersistentVolumeClaimSpec(spec, SPEC);

/** The claim that a pod's ephemeral volume makes. */
export const validateClaimTemplate = (
  { metadata, spec }: PersistentVolumeClaimTemplate,
  field: FieldPath,
): FieldError[] => [
  ...validateLabels(metadata?.labels, field.child('metadata', 'labels')),
  ...validateAnnotations(metadata?.annotations, field.child('metadata', 'annotations')),
  ...validatePersistentVolumeClaimSpec(spec ?? {}, field.child('spec')),
];

/** Also for the claims of pods' ephemeral volumes. */
export function validatePersistentVolumeClaimSpec(spec: PersistentVolumeClaimSpec, field: FieldPath): FieldError[] {
  const modes = field.child('accessModes');
  const errors = spec.accessModes?.length ? [] : [required(modes, 'at least 1 access mode is required')];
  errors.push(...validateLabelSelector(spec.selector, field.child('selector')));
  errors.push(...validateAccessModes(spec.accessModes ?? [], modes));
  const storage = spec.resources?.requests?.['storage'];
  const at = field.child('resources').key('storage');
  errors.push(...(storage === undefined ? [required(at)] : validateStorageAmount(storage, at)));
  for (const name of ['storageClassName', 'volumeAttributesClassName'] as const) {
    if (spec[name]) errors.push(...checkText(field.child(name), spec[name], isDNS1123Subdomain));
  }
  errors.push(...optionalOneOf(field.child('volumeMode'), spec.volumeMode, ['Block', 'Filesystem']));
  return [...errors, ...validateDataSources(spec, field)];
}

function validateDataSources({ dataSource, dataSourceRef }: PersistentVolumeClaimSpec, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  for (const [name, source] of Object.entries({ dataSource, dataSourceRef })) {
    if (!source) continue;
    const at = field.child(name);
    errors.push(...requireText(at.child('name'), source.name), ...requireText(at.child('kind'), source.kind));
    if (!source.apiGroup && source.kind !== 'PersistentVolumeClaim')
      errors.push(
        invalid(at, source.kind ?? '', "must be 'PersistentVolumeClaim' when referencing the default apiGroup"),
      );
  }
  if (dataSource && dataSourceRef && !dataSourceRef.namespace) {
    const { namespace: _, ...reference } = dataSourceRef;
    if (!deepEqual(dataSource, reference)) errors.push(invalid(field, dataSource, 'must match dataSourceRef'));
  }
  return errors;
}

const STATUS = new FieldPath('status');
const RESIZE_STATUSES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
];

/** The rules of what is said of a claim: sizes are sizes, and only storage is resized. */
export function validatePersistentVolumeClaimStatus({ spec, status = {} }: PersistentVolumeClaim): FieldError[] {
  const errors: FieldError[] = spec?.accessModes?.length ? [] : [required(SPEC.child('accessModes'))];
  for (const [name, amount] of Object.entries(status.capacity ?? {}))
    errors.push(...validateSize(amount, STATUS.child('capacity').key(name)));
  const resizes = STATUS.child('allocatedResourceStatus');
  for (const [name, state] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    errors.push(...checkText(resizes, name, isQualifiedName));
    if (!RESIZE_STATUSES.includes(state)) errors.push(notSupported(resizes, name, [...RESIZE_STATUSES].sort()));
  }
  const allocated = STATUS.child('allocatedResources');
  for (const [name, amount] of Object.entries(status.allocatedResources ?? {}))
    errors.push(
      ...(name === 'storage'
        ? validateSize(amount, allocated.key(name))
        : [notSupported(allocated, name, ['storage'])]),
    );
  return errors;
}

function validateSize(text: string, field: FieldPath): FieldError[] {
  const amount = parseQuantity(text);
  return amount.sign < 0 ? [invalid(field, amount.value(), 'must be a valid resource quantity')] : [];
}

const IMMUTABLE =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

/** A claim is bound once, and then only grows. */
export function validatePersistentVolumeClaimUpdate(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): FieldError[] {
  const spec = claim.spec ?? {};
  const before = old.spec ?? {};
  const kept = withAllowedChanges(spec, before, old.status?.phase === 'Bound');
  const errors = deepEqual(kept, before) ? [] : [forbidden(SPEC, `${IMMUTABLE}\n${specDifference(before, kept)}`)];
  return [...errors, ...shrinkErrors(spec, before, old.status?.capacity?.['storage'])];
}

function withAllowedChanges(
  spec: PersistentVolumeClaimSpec,
  before: PersistentVolumeClaimSpec,
  isBound: boolean,
): PersistentVolumeClaimSpec {
  const kept = deepClone(spec) as Mutable<PersistentVolumeClaimSpec>;
  const keep = (name: keyof PersistentVolumeClaimSpec) => {
    if (before[name] === undefined) delete kept[name];
    else (kept as Record<string, unknown>)[name] = before[name];
  };
  // Whoever binds a claim names its volume; a class that became the default is filled in later.
  if (!before.volumeName) keep('volumeName');
  if (before.storageClassName === undefined) keep('storageClassName');
  if (!isBound) return kept;
  keep('volumeAttributesClassName');
  const storage = before.resources?.requests?.['storage'];
  if (storage !== undefined && kept.resources?.requests) kept.resources.requests['storage'] = storage;
  return kept;
}

function shrinkErrors(
  spec: PersistentVolumeClaimSpec,
  before: PersistentVolumeClaimSpec,
  capacity: string | undefined,
): FieldError[] {
  const wanted = spec.resources?.requests?.['storage'];
  const had = before.resources?.requests?.['storage'];
  if (wanted === undefined || had === undefined || parseQuantity(wanted).compare(parseQuantity(had)) >= 0) return [];
  // A growth that failed may be taken back, down to what there is.
  if (capacity !== undefined && parseQuantity(wanted).compare(parseQuantity(capacity)) > 0) return [];
  return [forbidden(SPEC.child('resources', 'requests', 'storage'), 'field can not be less than status.capacity')];
}
