import { append } from '#base/append.ts';
import { type FieldError, type FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { regexError } from '#machinery/names/messages.ts';
import { isValidPercent, isValidPortName, isValidPortNumber } from '#machinery/names/port.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';

/** Rules that many kinds share. Each answers what is wrong with one field: an empty list when nothing is. */

/** `check` gives the reasons why a text is refused. */
export const checkText = (field: FieldPath, value: string, check: (value: string) => string[]): FieldError[] =>
  check(value).map((detail) => invalid(field, value, detail));

/** Text that must be there, and pass `check`. */
export const requireText = (
  field: FieldPath,
  value: string | undefined,
  check: (value: string) => string[] = () => [],
): FieldError[] => (value ? checkText(field, value, check) : [required(field)]);

/** One of a few texts, which must be there. */
export const requireOneOf = (
  field: FieldPath,
  value: string | undefined,
  supported: readonly string[],
): FieldError[] => (value ? optionalOneOf(field, value, supported) : [required(field)]);

/** One of a few texts, if there is one. */
export const optionalOneOf = (
  field: FieldPath,
  value: string | undefined,
  supported: readonly string[],
): FieldError[] => (value === undefined || supported.includes(value) ? [] : [notSupported(field, value, supported)]);

export const nonNegative = (field: FieldPath, value: number | undefined): FieldError[] =>
  value !== undefined && value < 0 ? [invalid(field, value, 'must be greater than or equal to 0')] : [];

export const positive = (field: FieldPath, value: number | undefined): FieldError[] =>
  value !== undefined && value <= 0 ? [invalid(field, value, 'must be greater than 0')] : [];

/** Numbers that `check` gives reasons against. */
export const checkNumber = (
  field: FieldPath,
  value: number | undefined,
  check: (value: number) => string[],
): FieldError[] => (value === undefined ? [] : check(value).map((detail) => invalid(field, value, detail)));

const URL_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";

/** A path below a domain such as `acme.io/foo`; complains of the part that is wrong, at the place of the whole. */
export function checkDomainPrefixedPath(field: FieldPath, text: string): FieldError[] {
  if (text === '') return [required(field)];
  const [, host, path] = /^([^/]+)\/(.+)$/.exec(text) ?? [];
  if (!host || !path) return [invalid(field, text, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  const errors = checkText(field, host, isDNS1123Subdomain);
  if (!new RegExp(`^${URL_PATH}$`).test(path)) errors.push(invalid(field, path, regexError('Invalid path', URL_PATH)));
  return errors;
}

/** A port's number or its name. */
export const checkPort = (field: FieldPath, port: number | string): FieldError[] =>
  (typeof port === 'number' ? isValidPortNumber(port) : isValidPortName(port)).map((detail) =>
    invalid(field, port, detail),
  );

/** A count, or a percentage. */
export function checkCountOrPercent(field: FieldPath, value: number | string | undefined): FieldError[] {
  if (value === undefined) return [];
  if (typeof value === 'number') return nonNegative(field, value);
  return isValidPercent(value).map((detail) => invalid(field, value, detail));
}

/** Percentages past the whole make no sense. */
export const notMoreThanAll = (field: FieldPath, value: number | string | undefined): FieldError[] =>
  typeof value === 'string' && /^[0-9]+%$/.test(value) && Number.parseInt(value, 10) > 100
    ? [invalid(field, value, 'must not be greater than 100%')]
    : [];

/** What may not change once it is there. */
export const immutable = (field: FieldPath, value: unknown, old: unknown): FieldError[] =>
  deepEqual(value, old) ? [] : [invalid(field, value, 'field is immutable')];

/** Where each value of a list stands first. */
export function firstPlaces<T>(values: readonly T[]): ReadonlyMap<T, number> {
  const places = new Map<T, number>();
  for (const [place, value] of values.entries()) if (!places.has(value)) places.set(value, place);
  return places;
}

/** `check` for every item, with its place. */
export function checkEach<T>(
  items: readonly T[] | undefined,
  field: FieldPath,
  check: (item: T, field: FieldPath) => FieldError[],
): FieldError[] {
  const errors: FieldError[] = [];
  items?.forEach((item, position) => {
    append(errors, check(item, field.index(position)));
  });
  return errors;
}
