import { checkEach, optionalOneOf } from '#api/checks.ts';
import { type FieldError, type FieldPath, forbidden, invalid } from '#machinery/errors/field-error.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';

const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

/** Access modes of volumes and claims; one that is for a single pod stands alone. */
export function validateAccessModes(modes: readonly string[], field: FieldPath): FieldError[] {
  const errors = checkEach(modes, field, (mode) => optionalOneOf(field, mode, ACCESS_MODES));
  if (modes.includes('ReadWriteOncePod') && modes.length > 1)
    errors.push(forbidden(field, 'may not use ReadWriteOncePod with other access modes'));
  return errors;
}

/** An amount of storage that is some. */
export const validateStorageAmount = (text: string, field: FieldPath): FieldError[] =>
  parseQuantity(text).sign > 0 ? [] : [invalid(field, text, 'must be greater than zero')];
