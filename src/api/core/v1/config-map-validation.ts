import { append } from '#base/append.ts';
import { type FieldError, FieldPath, forbidden, invalid, tooLong } from '#machinery/errors/field-error.ts';
import { isConfigMapKey } from '#machinery/names/key.ts';
import { byteLength } from '#machinery/names/messages.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import type { ConfigMap } from './config-map.ts';
import { base64Size, MAX_DATA_BYTES } from './data-size.ts';

const DATA = new FieldPath('data');
const BINARY_DATA = new FieldPath('binaryData');

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const errors: FieldError[] = [];
  let size = 0;
  for (const [key, value] of Object.entries(data)) {
    const at = DATA.key(key);
    append(
      errors,
      isConfigMapKey(key).map((detail) => invalid(at, key, detail)),
    );
    if (Object.hasOwn(binaryData, key)) errors.push(invalid(at, key, 'duplicate of key present in binaryData'));
    size += byteLength(value);
  }
  for (const [key, value] of Object.entries(binaryData)) {
    append(
      errors,
      isConfigMapKey(key).map((detail) => invalid(BINARY_DATA.key(key), key, detail)),
    );
    size += base64Size(value);
  }
  // Upstream names no field here.
  // So Go prints the path that upstream leaves empty.
  if (size > MAX_DATA_BYTES) errors.push(tooLong(new FieldPath('[]'), MAX_DATA_BYTES));
  return errors;
}

export const validateConfigMapUpdate = (map: ConfigMap, old: ConfigMap): FieldError[] =>
  sealedErrors(map, old, ['data', 'binaryData']);

/** What was declared immutable stays so, and stays as it is. Also for Secrets. */
export function sealedErrors<T extends { readonly immutable?: boolean | undefined }>(
  object: T,
  old: T,
  parts: readonly (keyof T & string)[],
): FieldError[] {
  if (!old.immutable) return [];
  const detail = 'field is immutable when `immutable` is set';
  return [
    ...(object.immutable ? [] : [forbidden(new FieldPath('immutable'), detail)]),
    ...parts
      .filter((part) => !deepEqual(object[part] ?? {}, old[part] ?? {}))
      .map((part) => forbidden(new FieldPath(part), detail)),
  ];
}
