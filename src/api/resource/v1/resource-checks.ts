import { checkEach, checkText } from '#api/checks.ts';
import { validateDriverName } from '#api/core/v1/volume-validation.ts';
import { stringifyJson } from '#machinery/codec/encode-json.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooLong,
  tooMany,
} from '#machinery/errors/field-error.ts';
import { DNS_SUBDOMAIN_MAX_LENGTH, isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isCIdentifier } from '#machinery/names/key.ts';

/** Rules that the kinds of this group share. */

const LONGEST_NAME = 32;
const UUID_LENGTHS = [32, 36, 38, 45];
const NORMALIZED =
  'uid must be in RFC 4122 normalized form, `xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx` with lowercase hexadecimal characters';

type Check<T> = (item: T, field: FieldPath) => FieldError[];

/** Not too many items, each of which is right. Of too many nothing else is said. */
export const checkSlice = <T>(items: readonly T[] | undefined, field: FieldPath, most: number, check: Check<T>) =>
  (items?.length ?? 0) > most ? [tooMany(field, items!.length, most)] : checkEach(items, field, check);

/** The same for items that must differ by a key. */
export function checkSet<T>(
  items: readonly T[] | undefined,
  field: FieldPath,
  {
    most = Number.POSITIVE_INFINITY,
    key,
    check,
  }: {
    readonly most?: number;
    readonly key: (item: T) => unknown;
    readonly check: Check<T>;
  },
): FieldError[] {
  const errors = checkSlice(items, field, most, check);
  if ((items?.length ?? 0) > most) return errors;
  const seen = new Set<string>();
  for (const [position, item] of (items ?? []).entries()) {
    const own = key(item);
    const text = stringifyJson(own);
    if (seen.has(text)) errors.push(duplicate(field.index(position), own));
    seen.add(text);
  }
  return errors;
}

/** Maps, with the right keys and values. */
export function checkMap<T>(
  map: Readonly<Record<string, T>> | undefined,
  field: FieldPath,
  {
    most = Number.POSITIVE_INFINITY,
    longest,
    checkKey,
    check,
  }: {
    readonly most?: number;
    /** Keys that are longer are not shown whole. */
    readonly longest: number;
    readonly checkKey: Check<string>;
    readonly check: Check<T>;
  },
): FieldError[] {
  const entries = Object.entries(map ?? {});
  if (entries.length > most) return [tooMany(field, entries.length, most)];
  return entries.flatMap(([key, value]) => {
    const at = field.key(shortened(key, Math.max(longest, 16)));
    return [...checkKey(key, at), ...check(value, at)];
  });
}

function shortened(text: string, longest: number): string {
  if (text.length <= longest) return text;
  const remaining = longest - 3;
  return `${text.slice(0, Math.floor((remaining + 1) / 2))}...${text.slice(text.length - Math.floor(remaining / 2))}`;
}

export function checkPoolName(name: string, field: FieldPath): FieldError[] {
  if (name === '') return [required(field)];
  return [
    ...(name.length > DNS_SUBDOMAIN_MAX_LENGTH ? [tooLong(field, DNS_SUBDOMAIN_MAX_LENGTH)] : []),
    ...name.split('/').flatMap((part) => checkText(field, part, isDNS1123Subdomain)),
  ];
}

function checkIdentifier(name: string, field: FieldPath): FieldError[] {
  return [
    ...(name.length > LONGEST_NAME ? [tooLong(field, LONGEST_NAME)] : []),
    ...checkText(field, name, isCIdentifier),
  ];
}

/** The name of an attribute or of capacity: an identifier, maybe behind a domain. */
export function checkQualifiedName(text: string, field: FieldPath): FieldError[] {
  const [domain = '', name, ...more] = text.split('/');
  if (name === undefined) return checkIdentifier(domain, field);
  if (more.length > 0) return [];
  return [
    ...(domain === '' ? [invalid(field, '', 'the domain must not be empty')] : validateDriverName(domain, field)),
    ...(name === '' ? [invalid(field, '', 'the name must not be empty')] : checkIdentifier(name, field)),
  ];
}

export const checkFullyQualifiedName = (text: string, field: FieldPath): FieldError[] => [
  ...checkQualifiedName(text, field),
  ...(text.includes('/')
    ? []
    : [invalid(field, text, 'a fully qualified name must be a domain and a name separated by a slash')]),
];

export function checkUid(uid: string, field: FieldPath): FieldError[] {
  const problem = uuidProblem(uid);
  if (problem !== undefined) return [invalid(field, uid, `error validating uid: ${problem}`)];
  return uid.length === 36 && uid === uid.toLowerCase() ? [] : [invalid(field, uid, NORMALIZED)];
}

function uuidProblem(uid: string): string | undefined {
  if (!UUID_LENGTHS.includes(uid.length)) return `invalid UUID length: ${uid.length}`;
  const digits = uid.length === 32 ? uid.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') : uid;
  const text = digits.replace(/^urn:uuid:|^\{|\}$/gi, '');
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text) ? undefined : 'invalid UUID format';
}

/** What only a driver understands: some JSON object, which is not too large unless it was there before. */
export function checkOpaque(
  value: unknown,
  field: FieldPath,
  { longest, isStored = false }: { readonly longest: number; readonly isStored?: boolean },
): FieldError[] {
  if (value === undefined || value === null) return [required(field)];
  if (!isStored && new TextEncoder().encode(stringifyJson(value)).length > longest) return [tooLong(field, longest)];
  if (typeof value === 'object' && !Array.isArray(value)) return [];
  return [invalid(field, '<value omitted>', 'must be a valid JSON object')];
}
