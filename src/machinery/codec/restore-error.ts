import { resolveSchema, type ScalarSchema, type Schema } from '#machinery/schema/schema.ts';
import { DecodeError } from './decode-error.ts';
import { flatFields } from './flat-fields.ts';
import { SCALAR_DECODERS, TypeMismatch } from './scalar.ts';

/**
 * What upstream says of a value in memory that does not fit its schema: of the first member in the order of the schema, and
 * not where. It reads what a strategic merge made so, where texts are read by `decodeJson`. Undefined when all of it fits.
 */
export function restoreError(schema: Schema, value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  const resolved = resolveSchema(schema);
  switch (resolved.type) {
    case 'scalar':
      return scalarError(resolved, value);
    case 'list':
      if (!Array.isArray(value)) return `cannot restore slice from ${kindOf(value)}`;
      return firstError(value, (item) => restoreError(resolved.items, item));
    case 'map':
      if (kindOf(value) !== 'map') return `cannot restore map from ${kindOf(value)}`;
      return firstError(Object.values(value), (member) => restoreError(resolved.values, member));
    case 'message': {
      if (kindOf(value) !== 'map') return `cannot restore struct from: ${kindOf(value)}`;
      const members = value as Readonly<Record<string, unknown>>;
      return firstError(flatFields(resolved), ({ name, field }) => restoreError(field.schema, members[name]));
    }
  }
}

function firstError<T>(items: readonly T[], errorOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const error = errorOf(item);
    if (error !== undefined) return error;
  }
  return undefined;
}

/** The kinds that Go has for what JSON holds. */
function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'slice';
  switch (typeof value) {
    case 'number':
      return Number.isInteger(value) ? 'int64' : 'float64';
    case 'bigint':
      return 'int64';
    case 'boolean':
      return 'bool';
    case 'string':
      return 'string';
    default:
      return 'map';
  }
}

/** Those that upstream converts itself; all others read their own text. */
const CONVERTED: Partial<Record<ScalarSchema['scalar'], string>> = {
  string: 'string',
  bool: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
};

function scalarError({ scalar }: ScalarSchema, value: unknown): string | undefined {
  try {
    SCALAR_DECODERS[scalar](value);
    return undefined;
  } catch (error) {
    if (error instanceof DecodeError) return error.message;
    if (!(error instanceof TypeMismatch)) return (error as Error).message;
    const [from, to] = [kindOf(value), CONVERTED[scalar]];
    if (to === undefined) return `cannot restore slice from ${from}`;
    // Go would convert between numbers, and numbers to texts; upstream does not.
    const isConvertible = (from === 'int64' && to !== 'bool') || (from === 'float64' && to.startsWith('int'));
    return isConvertible ? `cannot convert ${from} to ${to}` : `unrecognized type: ${to}`;
  }
}
