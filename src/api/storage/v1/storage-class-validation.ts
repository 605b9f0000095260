import { checkEach, checkText, firstPlaces, immutable, optionalOneOf, requireText } from '#api/checks.ts';
import { append } from '#base/append.ts';
import { duplicate, type FieldError, FieldPath, invalid, required, tooLong } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { byteLength } from '#machinery/names/messages.ts';
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
  // As upstream has it, which takes the number of parameters for one of bytes.
  if (entries.length > MOST_PARAMETERS) return [tooLong(field, MOST_PARAMETERS)];
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of entries) {
    if (key === '') errors.push(invalid(field, key, 'field can not be empty.'));
    size += byteLength(key) + byteLength(value);
  }
  if (size > PARAMETERS_LIMIT) errors.push(tooLong(field, PARAMETERS_LIMIT));
  return errors;
}

type Term = NonNullable<StorageClass['allowedTopologies']>[number];
type Requirement = NonNullable<Term['matchLabelExpressions']>[number];

/** How often one term is told that it is a duplicate. */
const MOST_REPEATS = 10;

function validateTopologies(terms: readonly Term[]): FieldError[] {
  // Upstream compares each term with as many empty ones as there are terms, too.
  const known = new Map([[NOTHING, terms.length]]);
  return checkEach(terms, ROOT.child('allowedTopologies'), ({ matchLabelExpressions = [] }, at) => {
    const field = at.child('matchLabelExpressions');
    const keys = new Set<string>();
    const errors = checkEach(matchLabelExpressions, field, (requirement, place) => {
      const { key } = requirement;
      const isKnown = keys.has(key);
      keys.add(key);
      return [...validateRequirement(requirement, place), ...(isKnown ? [duplicate(place.child('key'), key)] : [])];
    });
    const identity = identityOf(matchLabelExpressions);
    const times = known.get(identity) ?? 0;
    if (times > 0) append(errors, Array<FieldError>(Math.min(times, MOST_REPEATS)).fill(duplicate(field, '')));
    known.set(identity, times + 1);
    return errors;
  });
}

function validateRequirement({ key, values }: Requirement, field: FieldPath): FieldError[] {
  const at = field.child('values');
  const first = firstPlaces(values);
  return [
    ...(values.length === 0 ? [required(at)] : []),
    ...values.flatMap((value, index) =>
      (first.get(value) ?? index) < index ? [duplicate(at.index(index), value)] : [],
    ),
    ...checkText(field.child('key'), key, isQualifiedName),
  ];
}

/** Terms are the same whatever the order of their keys and values; of a key that is there twice the last counts. */
const identityOf = (expressions: readonly Requirement[]): string =>
  JSON.stringify([...new Map(expressions.map(({ key, values }) => [key, [...new Set(values)].sort()]))].sort());

const NOTHING = identityOf([]);

const IMMUTABLE = ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'] as const;

export const validateStorageClassUpdate = (storageClass: StorageClass, old: StorageClass): FieldError[] =>
  IMMUTABLE.flatMap((name) => immutable(ROOT.child(name), storageClass[name], old[name]));
