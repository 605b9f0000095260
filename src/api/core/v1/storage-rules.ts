import { checkEach, optionalOneOf } from '#api/checks.ts';
import { type FieldError, type FieldPath, forbidden, invalid } from '#machinery/errors/field-error.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Access modes of volumes and claims; one that is for a single pod stands alone. */
export function validateAccessModes(modes: readonly string[], field: FieldPath): FieldError[] {
  const errors = checkEach(modes, field, (mode) => optionalOneOf(field, mode, ACCESS_MODES));
  if (
    modes.includes('ReadWriteOncePod') &&
    modes.some((mode) => mode !== 'ReadWriteOncePod' && ACCESS_MODES.includes(mode))
  )
    errors.push(forbidden(field, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}

/** An amount of storage that is some; upstream says of less than nothing that it is no amount, too. */
export function validateStorageAmount(text: string, field: FieldPath): FieldError[] {
  const amount = parseQuantity(text);
  if (amount.sign > 0) return [];
  return [...validateSize(text, field), invalid(field, amount.toString(), 'must be greater than zero')];
}

/** An amount that may be none. */
export function validateSize(text: string, field: FieldPath): FieldError[] {
  const amount = parseQuantity(text);
  return amount.sign < 0 ? [invalid(field, amount.value(), 'must be a valid resource quantity')] : [];
}
