import { append } from '#base/append.ts';
import { type FieldError, type FieldPath, forbidden, invalid, required } from '#machinery/errors/field-error.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import type { Quantity } from '#machinery/quantity/quantity.ts';
import type { CapacityRequestPolicy, CapacityRequestPolicyRange } from './device.ts';
import { checkSet } from './resource-checks.ts';

const MOST_VALUES = 10;

/** How much of a capacity may be asked for: some amounts, or a range; and how much when nothing is said. */
export function validateRequestPolicy(capacity: string, policy: CapacityRequestPolicy, field: FieldPath): FieldError[] {
  const { validValues = [], validRange, default: standard } = policy;
  if (validValues.length > 0 && validRange !== undefined) {
    const detail =
      'exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time';
    return [forbidden(field, detail)];
  }
  const kind = validValues.length > 0 ? 'validValues' : validRange !== undefined ? 'validRange' : undefined;
  if (kind === undefined) return [];
  if (standard === undefined) return [required(field.child('default'), `required when ${kind} is defined`)];
  const amounts = { standard: parseQuantity(standard), most: parseQuantity(capacity) };
  return validRange === undefined
    ? validateValues(validValues, field.child('validValues'), amounts)
    : validateRange(validRange, field.child('validRange'), amounts);
}

interface Amounts {
  /** What is given when nothing is asked for. */
  readonly standard: Quantity;
  /** What there is. */
  readonly most: Quantity;
}

function validateValues(texts: readonly string[], field: FieldPath, { standard, most }: Amounts): FieldError[] {
  const values = texts.map(parseQuantity);
  const errors = values.flatMap((value, position) =>
    position > 0 && values[position - 1]!.compare(value) > 0
      ? [invalid(field.index(position), value, 'values must be sorted in ascending order')]
      : [],
  );
  append(
    errors,
    checkSet(values, field, {
      most: MOST_VALUES,
      key: (value) => String(value.value()),
      check: (value, at) =>
        value.compare(most) > 0 ? [invalid(at, value, `option is larger than capacity value: ${most}`)] : [],
    }),
  );
  if (values.length <= MOST_VALUES && values.some((value) => value.equals(standard))) return errors;
  return [...errors, invalid(field, standard, 'default value is not valid according to the requestPolicy')];
}

function validateRange(range: CapacityRequestPolicyRange, field: FieldPath, amounts: Amounts): FieldError[] {
  const { standard, most } = amounts;
  if (range.min === undefined) return [required(field.child('min'), 'required when validRange is defined')];
  const min = parseQuantity(range.min);
  const errors: FieldError[] = [];
  const refuse = (name: string, value: Quantity, detail: string) =>
    errors.push(invalid(field.child(name), value, detail));
  if (min.compare(most) > 0) refuse('min', min, `min is larger than capacity value: ${most}`);
  if (standard.compare(min) < 0) refuse('min', standard, `default is less than min: ${min}`);
  const max = range.max === undefined ? undefined : parseQuantity(range.max);
  if (max !== undefined) {
    if (min.compare(max) > 0) refuse('max', min, `min is larger than max: ${max}`);
    if (max.compare(most) > 0) refuse('max', max, `max is larger than capacity value: ${most}`);
    if (standard.compare(max) > 0) refuse('max', standard, `default is more than max: ${max}`);
  }
  if (range.step === undefined) return errors;
  const step = parseQuantity(range.step);
  const one = min.add(step);
  if (one.compare(most) > 0) refuse('step', step, `one step ${one} is larger than capacity value: ${most}`);
  for (const value of max === undefined ? [standard] : [standard, max]) {
    if ((value.value() - min.value()) % step.value() === 0) continue;
    refuse('step', value, `value is not a multiple of a given step (${step}) from (${min})`);
  }
  return errors;
}
