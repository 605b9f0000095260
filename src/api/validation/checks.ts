import { type FieldError, type FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { isValidPortName, isValidPortNumber } from '#machinery/names/port.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';

/** Gives the reasons why a text is refused; empty when it is fine. */
export type TextCheck = (value: string) => string[];

/** A text that must be there and pass a check. */
export const checkRequired = (field: FieldPath, value: string | undefined, check: TextCheck): FieldError[] =>
  value ? checkText(field, value, check) : [required(field)];

/** A text that, when it is there, must pass a check. */
export const checkText = (field: FieldPath, value: string | undefined, check: TextCheck): FieldError[] =>
  value ? check(value).map((detail) => invalid(field, value, detail)) : [];

/** A value that must be there. */
export const checkPresent = (field: FieldPath, value: unknown): FieldError[] =>
  value === undefined || value === '' ? [required(field)] : [];

/** A text that must be one of `supported`; absent is refused as missing. */
export const checkEnum = (field: FieldPath, value: string | undefined, supported: readonly string[]): FieldError[] =>
  value ? checkOptionalEnum(field, value, supported) : [required(field)];

/** A text that, when it is there, must be one of `supported`. */
export const checkOptionalEnum = (
  field: FieldPath,
  value: string | undefined,
  supported: readonly string[],
): FieldError[] => (value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)]);

export const NOT_NEGATIVE = 'must be greater than or equal to 0';

export const checkNotNegative = (field: FieldPath, value: number | undefined): FieldError[] =>
  value !== undefined && value < 0 ? [invalid(field, value, NOT_NEGATIVE)] : [];

export const checkRange = (field: FieldPath, value: number | undefined, check: (value: number) => string[]) =>
  value === undefined ? [] : check(value).map((detail) => invalid(field, value, detail));

/** Keys of labels where only one stands alone. */
export const checkLabelName = (field: FieldPath, value: string): FieldError[] =>
  isQualifiedName(value).map((detail) => invalid(field, value, detail));

/** The number or name of a port. */
export const checkPort = (field: FieldPath, port: number | string): FieldError[] =>
  (typeof port === 'number' ? isValidPortNumber(port) : isValidPortName(port)).map((detail) =>
    invalid(field, port, detail),
  );

export const IMMUTABLE = 'field is immutable';

/** A value that no update may change. */
export const checkUnchanged = (field: FieldPath, value: unknown, old: unknown): FieldError[] =>
  deepEqual(value, old) ? [] : [invalid(field, value, IMMUTABLE)];

/** All errors of a list's items. */
export const checkEach = <T>(
  field: FieldPath,
  items: readonly T[] | undefined,
  check: (item: T, field: FieldPath) => FieldError[],
): FieldError[] => (items ?? []).flatMap((item, position) => check(item, field.index(position)));
