import type { FieldPath } from '#machinery/errors/field-error.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';

/** What is said of bytes that come in parts; `names` are the resources counted in bytes. */
export const fractionWarnings = (
  amounts: Readonly<Record<string, string>> | undefined,
  names: readonly string[],
  field: FieldPath,
): string[] =>
  names.flatMap((name) => {
    const text = amounts?.[name];
    if (text === undefined || parseQuantity(text).milliValue() % 1000 === 0) return [];
    return [`${field.key(name)}: fractional byte value ${JSON.stringify(text)} is invalid, must be an integer`];
  });
