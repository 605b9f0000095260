import type { CelType } from './types.ts';
import { CelMap, Fields, isList, LibraryValue, Moment, Optional, Span, TypeValue, Uint, type Value } from './values.ts';

/** Whether a value can be given where a type is wanted; what is in lists and maps is not looked at. */
export function fitsType(value: Value, type: CelType): boolean {
  switch (type.kind) {
    case 'any':
    case 'dyn':
    case 'error':
    case 'parameter':
      return true;
    case 'bool':
      return typeof value === 'boolean';
    case 'bytes':
      return value instanceof Uint8Array;
    case 'double':
      return typeof value === 'number';
    case 'duration':
      return value instanceof Span;
    case 'int':
      return typeof value === 'bigint';
    case 'list':
      return isList(value);
    case 'map':
      return value instanceof CelMap;
    case 'null':
      return value === null;
    case 'string':
      return typeof value === 'string';
    case 'timestamp':
      return value instanceof Moment;
    case 'type':
      return value instanceof TypeValue;
    case 'uint':
      return value instanceof Uint;
    case 'opaque':
    case 'struct':
      if (value instanceof Optional) return type.name === 'optional_type';
      return (value instanceof LibraryValue || value instanceof Fields) && value.type.name === type.name;
  }
}
