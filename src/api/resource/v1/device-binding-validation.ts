import { checkText, firstPlaces } from '#api/checks.ts';
import { duplicate, type FieldError, type FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { checkSlice } from './resource-checks.ts';

const MOST_CONDITIONS = 4;

interface Binding {
  readonly bindingConditions?: readonly string[] | undefined;
  readonly bindingFailureConditions?: readonly string[] | undefined;
}

/** Conditions that a pod waits for before it is bound, and those that end its waiting: both or none. */
export function validateBindingConditions(binding: Binding, field: FieldPath): FieldError[] {
  const { bindingConditions: waits = [], bindingFailureConditions: ends = [] } = binding;
  const [waitsAt, endsAt] = [field.child('bindingConditions'), field.child('bindingFailureConditions')];
  const checkName = (name: string, at: FieldPath) => checkText(at, name, isQualifiedName);
  const errors = [
    ...checkSlice(waits, waitsAt, MOST_CONDITIONS, checkName),
    ...checkSlice(ends, endsAt, MOST_CONDITIONS, checkName),
    ...repeated(waits, waitsAt),
  ];
  const [first, known] = [firstPlaces(ends), new Set(waits)];
  ends.forEach((name, position) => {
    const at = endsAt.index(position);
    if ((first.get(name) ?? position) < position) errors.push(duplicate(at, name));
    if (known.has(name)) {
      errors.push(invalid(at, name, 'bindingFailureConditions must not overlap with bindingConditions'));
    }
  });
  if (waits.length === 0 && ends.length > 0) {
    const detail = 'bindingConditions are required to use bindingFailureConditions';
    errors.push(invalid(waitsAt, binding.bindingConditions, detail));
  }
  if (ends.length === 0 && waits.length > 0) {
    const detail = 'bindingFailureConditions are required to use bindingConditions';
    errors.push(invalid(endsAt, binding.bindingFailureConditions, detail));
  }
  return errors;
}

function repeated(names: readonly string[], field: FieldPath): FieldError[] {
  const first = firstPlaces(names);
  return names.flatMap((name, position) =>
    (first.get(name) ?? position) < position ? [duplicate(field.index(position), name)] : [],
  );
}
