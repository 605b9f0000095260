import { type FieldError, type FieldPath, invalid, required, tooLong } from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { byteLength } from '#machinery/names/messages.ts';

const LIMIT = 256 * 1024;

/** What is wrong with annotations that a pod hands on to who signs for it: each key is of somebody's domain. */
export function validateUserAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  field: FieldPath,
): FieldError[] {
  const all = Object.entries(annotations ?? {});
  const size = all.reduce((sum, [key, value]) => sum + byteLength(key) + byteLength(value), 0);
  return [
    ...all.flatMap(([key]) => validateKey(key.toLowerCase(), field)),
    ...(size > LIMIT ? [tooLong(field, LIMIT)] : []),
  ];
}

function validateKey(key: string, field: FieldPath): FieldError[] {
  if (key === '') return [required(field)];
  const problems = isQualifiedName(key);
  if (problems.length > 0) return problems.map((problem) => invalid(field, key, problem));
  return key.includes('/') ? [] : [invalid(field, key, 'must be a domain-prefixed key (such as "acme.io/foo")')];
}
