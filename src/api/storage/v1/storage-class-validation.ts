import { checkText, immutable, optionalOneOf, requireText } from '#api/checks.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  forbidden,
  invalid,
  required,
  tooLong,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { StorageClass } from './storage-class.ts';

const MOST_PARAMETERS = 512;
const PARAMETERS_LIMIT = 256 * 1024;
const ROOT = new FieldPath();

export const validateStorageClass = (storageClass: StorageClass): FieldError[] => [
  ...requireText(ROOT.child('provisioner'), storageClass.provisioner, (text) => isQualifiedName(text.toLowerCase())),
  ...validateParameters(storageClass.parameters ?? {}, ROOT.child('parameters')),
  ...optionalOneOf(ROOT.child('reclaimPolicy'), storageClass.reclaimPolicy, ['Delete', 'Retain']),
  ...(storageClass.volumeBindingMode === undefined ? [required(ROOT.child('volumeBindingMode'))] : []),
  ...optionalOneOf(ROOT.child('volumeBindingMode'), storageClass.volumeBindingMode, [
    'Immediate',
    'WaitForFirstConsumer',
  ]),
  ...validateTopologies(storageClass.allowedTopologies ?? []),
];

/** The rules of what is handed to a driver; also for VolumeAttributesClasses. */
export function validateParameters(parameters: Readonly<Record<string, string>>, field: FieldPath): FieldError[] {
  const entries = Object.entries(parameters);
  const errors: FieldError[] = [];
  if (entries.length > MOST_PARAMETERS) {
    const detail = `must have at most ${MOST_PARAMETERS} items`;
    errors.push({ type: 'FieldValueTooLong', field: String(field), message: `Too long: ${detail}` });
  }
  let size = 0;
  for (const [key, value] of entries) {
    if (key === '') errors.push(invalid(field, key, 'field can not be empty.'));
    size += byteLength(key) + byteLength(value);
  }
  if (size > PARAMETERS_LIMIT) errors.push(tooLong(field, PARAMETERS_LIMIT));
  return errors;
}

function validateTopologies(terms: NonNullable<StorageClass['allowedTopologies']>): FieldError[] {
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [position, { matchLabelExpressions = [] }] of terms.entries()) {
    const field = ROOT.child('allowedTopologies').index(position).child('matchLabelExpressions');
    if (matchLabelExpressions.length === 0) errors.push(required(field));
    for (const [place, { key, values }] of matchLabelExpressions.entries()) {
      const at = field.index(place);
      if (values.length === 0) errors.push(required(at.child('values')));
      errors.push(...checkText(at.child('key'), key, isQualifiedName));
    }
    const identity = identityOf(matchLabelExpressions);
    if (seen.has(identity)) errors.push(duplicate(field, ''));
    seen.add(identity);
  }
  return errors;
}

/** Terms are the same whatever the order of their keys and values. */
const identityOf = (expressions: readonly { readonly key: string; readonly values: readonly string[] }[]): string =>
  JSON.stringify(expressions.map(({ key, values }) => [key, [...values].sort()]).sort());

const FORBIDDEN = ['parameters', 'provisioner', 'reclaimPolicy'] as const;

export function validateStorageClassUpdate(storageClass: StorageClass, old: StorageClass): FieldError[] {
  const errors: FieldError[] = FORBIDDEN.filter((name) => !deepEqual(storageClass[name], old[name])).map((name) =>
    forbidden(ROOT.child(name), `updates to ${name} are forbidden.`),
  );
  return [
    ...errors,
    ...immutable(ROOT.child('volumeBindingMode'), storageClass.volumeBindingMode, old.volumeBindingMode),
  ];
}
