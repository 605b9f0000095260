import { checkText, immutable, optionalOneOf, requireText } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { validateTemplateMeta } from '#api/meta/v1/template-meta-validation.ts';
import { append } from '#base/append.ts';
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
import { isDNS1123Label, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { deepClone } from '#machinery/objects/deep-clone.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import type { PersistentVolumeClaim } from './persistent-volume-claim.ts';
import { PersistentVolumeClaimSpec } from './persistent-volume-claim-spec.ts';
import { validateAccessModes, validateSize } from './storage-rules.ts';
import type { PersistentVolumeClaimTemplate } from './volume.ts';

const SPEC = new FieldPath('spec');

export const validatePersistentVolumeClaim = ({ spec = {} }: PersistentVolumeClaim): FieldError[] =>
  validatePersistentVolumeClaimSpec(spec, SPEC);

/** The claim that a pod's ephemeral volume makes. */
export const validateClaimTemplate = (
  { metadata, spec }: PersistentVolumeClaimTemplate,
  field: FieldPath,
): FieldError[] => [
  ...validateTemplateMeta(metadata, field.child('metadata')),
  ...validatePersistentVolumeClaimSpec(spec ?? {}, field.child('spec')),
];

/** Also for the claims of pods' ephemeral volumes. */
export function validatePersistentVolumeClaimSpec(spec: PersistentVolumeClaimSpec, field: FieldPath): FieldError[] {
  const modes = field.child('accessModes');
  const errors = spec.accessModes?.length ? [] : [required(modes, 'at least 1 access mode is required')];
  append(errors, validateLabelSelector(spec.selector, field.child('selector')));
  append(errors, validateAccessModes(spec.accessModes ?? [], modes));
  const storage = spec.resources?.requests?.['storage'];
  const at = field.child('resources').key('storage');
  append(errors, storage === undefined ? [required(at)] : validateRequest(storage, at));
  if (spec.storageClassName) {
    append(errors, checkText(field.child('storageClassName'), spec.storageClassName, isDNS1123Subdomain));
  }
  append(errors, optionalOneOf(field.child('volumeMode'), spec.volumeMode, ['Block', 'Filesystem']));
  append(errors, validateDataSources(spec, field));
  const { volumeAttributesClassName: attributes } = spec;
  if (!attributes) return errors;
  return [...errors, ...checkText(field.child('volumeAttributesClassName'), attributes, isDNS1123Subdomain)];
}

function validateRequest(text: string, field: FieldPath): FieldError[] {
  const amount = parseQuantity(text);
  return amount.sign > 0 ? [] : [invalid(field, amount.toString(), 'must be greater than zero')];
}

function validateDataSources({ dataSource, dataSourceRef }: PersistentVolumeClaimSpec, field: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (dataSource) append(errors, validateDataSource(dataSource, field.child('dataSource')));
  if (dataSourceRef) append(errors, validateDataSource(dataSourceRef, field.child('dataSourceRef')));
  const namespace = dataSourceRef?.namespace;
  if (namespace) append(errors, checkText(field.child('dataSourceRef', 'namespace'), namespace, isDNS1123Label));
  if (!dataSource || !dataSourceRef) return errors;
  // Upstream shows nothing of the value.
  if (namespace)
    return [...errors, invalid(field, {}, 'may not be specified when dataSourceRef.namespace is specified')];
  const { namespace: _, ...reference } = dataSourceRef;
  return deepEqual(dataSource, reference) ? errors : [...errors, invalid(field, {}, 'must match dataSourceRef')];
}

type DataSource = NonNullable<PersistentVolumeClaimSpec['dataSource']>;

function validateDataSource({ apiGroup, kind, name }: DataSource, field: FieldPath): FieldError[] {
  const errors = [...requireText(field.child('name'), name), ...requireText(field.child('kind'), kind)];
  if (apiGroup) return [...errors, ...checkText(field.child('apiGroup'), apiGroup, isDNS1123Subdomain)];
  if (kind === 'PersistentVolumeClaim') return errors;
  const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup";
  return [...errors, invalid(field, kind ?? '', detail)];
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
  const errors: FieldError[] = spec?.accessModes?.length ? [] : [required(new FieldPath('Spec').child('accessModes'))];
  for (const [name, amount] of Object.entries(status.capacity ?? {}))
    append(errors, validateSize(amount, STATUS.child('capacity').key(name)));
  const resizes = STATUS.child('allocatedResourceStatus');
  for (const [name, state] of Object.entries(status.allocatedResourceStatuses ?? {})) {
    append(errors, checkResourceName(name, resizes));
    if (!RESIZE_STATUSES.includes(state)) errors.push(notSupported(resizes, name, [...RESIZE_STATUSES].sort()));
  }
  const allocated = STATUS.child('allocatedResources');
  for (const [name, amount] of Object.entries(status.allocatedResources ?? {})) {
    const wrong = checkResourceName(name, allocated);
    append(errors, wrong.length > 0 ? wrong : validateSize(amount, allocated.key(name)));
  }
  return errors;
}

/** Of Kubernetes' own resources a claim only has storage; vendors may have more. */
function checkResourceName(name: string, field: FieldPath): FieldError[] {
  const errors = checkText(field, name, isQualifiedName);
  if (errors.length > 0 || name === 'storage') return errors;
  const isOwn = !name.includes('/') || name.split('/')[0]!.endsWith('kubernetes.io');
  return isOwn ? [notSupported(field, name, ['storage'])] : [];
}

const IMMUTABLE =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class';

/** A claim is bound once, and then only grows. */
export function validatePersistentVolumeClaimUpdate(
  claim: PersistentVolumeClaim,
  old: PersistentVolumeClaim,
): FieldError[] {
  const spec = claim.spec ?? {};
  const before = old.spec ?? {};
  const [annotated, wasAnnotated] = [classAnnotation(claim), classAnnotation(old)];
  const isMoved =
    wasAnnotated !== undefined && before.storageClassName === undefined && spec.storageClassName === wasAnnotated;
  const isUpgraded = isMoved && (annotated === undefined || annotated === wasAnnotated);
  const kept = withAllowedChanges(spec, before, {
    isBound: claim.status?.phase === 'Bound',
    mayGetClass: wasAnnotated === undefined || isMoved,
  });
  const errors: FieldError[] = [];
  if (!isUpgraded && (annotated ?? '') !== (wasAnnotated ?? '')) {
    const at = new FieldPath('metadata').child('annotations', CLASS_ANNOTATION);
    errors.push(invalid(at, annotated ?? '', 'field is immutable'));
  }
  if (!deepEqual(kept, before))
    errors.push(forbidden(SPEC, `${IMMUTABLE}\n${difference(formOf(before), formOf(kept))}`));
  return [
    ...errors,
    ...shrinkErrors(spec, before, old.status?.capacity?.['storage'] ?? '0'),
    ...immutable(new FieldPath('volumeMode'), spec.volumeMode, before.volumeMode),
    ...attributesErrors(spec, old),
  ];
}

const formOf = (spec: PersistentVolumeClaimSpec): unknown => internalForm(spec, PersistentVolumeClaimSpec);

const classAnnotation = ({ metadata }: PersistentVolumeClaim): string | undefined =>
  metadata?.annotations?.[CLASS_ANNOTATION];

/** What a volume was modified to cannot be taken back, only changed again. */
function attributesErrors({ volumeAttributesClassName: name }: PersistentVolumeClaimSpec, old: PersistentVolumeClaim) {
  if (name === old.spec?.volumeAttributesClassName) return [];
  if (name || old.status?.currentVolumeAttributesClassName === undefined) return [];
  const to = name === undefined ? 'nil' : 'empty string';
  return [
    forbidden(
      SPEC.child('volumeAttributesClassName'),
      `update to ${to} is forbidden when status.currentVolumeAttributesClassName is not nil`,
    ),
  ];
}

function withAllowedChanges(
  spec: PersistentVolumeClaimSpec,
  before: PersistentVolumeClaimSpec,
  { isBound, mayGetClass }: { readonly isBound: boolean; readonly mayGetClass: boolean },
): PersistentVolumeClaimSpec {
  const kept = deepClone(spec) as Mutable<PersistentVolumeClaimSpec>;
  const keep = (name: keyof PersistentVolumeClaimSpec) => {
    if (before[name] === undefined) delete kept[name];
    else (kept as Record<string, unknown>)[name] = before[name];
  };
  // Whoever binds a claim names its volume; a class that became the default is filled in later.
  if (!before.volumeName) keep('volumeName');
  if (before.storageClassName === undefined && mayGetClass) keep('storageClassName');
  if (isBound) keep('volumeAttributesClassName');
  const storage = before.resources?.requests?.['storage'];
  if (isBound && storage !== undefined && kept.resources?.requests) kept.resources.requests['storage'] = storage;
  return kept;
}

function shrinkErrors(
  spec: PersistentVolumeClaimSpec,
  before: PersistentVolumeClaimSpec,
  capacity: string,
): FieldError[] {
  const sizeOf = ({ resources }: PersistentVolumeClaimSpec) => parseQuantity(resources?.requests?.['storage'] ?? '0');
  const wanted = sizeOf(spec);
  if (wanted.compare(sizeOf(before)) >= 0) return [];
  // A growth that failed may be taken back, down to what there is.
  if (wanted.compare(parseQuantity(capacity)) > 0) return [];
  return [forbidden(SPEC.child('resources', 'requests', 'storage'), 'field can not be less than status.capacity')];
}
