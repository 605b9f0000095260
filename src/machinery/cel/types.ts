export type TypeKind =
  | 'any'
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'list'
  | 'map'
  | 'null'
  | 'opaque'
  | 'parameter'
  | 'string'
  | 'struct'
  | 'timestamp'
  | 'type'
  | 'uint';

/** A type of the Common Expression Language. Immutable; compared with `sameType`. */
export interface CelType {
  readonly kind: TypeKind;
  readonly name: string;
  readonly parameters: readonly CelType[];
}

const simple = (kind: TypeKind, name: string = kind): CelType => ({ kind, name, parameters: [] });

export const ANY = simple('any', 'google.protobuf.Any');
export const BOOL = simple('bool');
export const BYTES = simple('bytes');
export const DOUBLE = simple('double');
export const DURATION = simple('duration', 'google.protobuf.Duration');
export const DYN = simple('dyn');
export const ERROR = simple('error', '!error!');
export const INT = simple('int');
export const NULL = simple('null', 'null_type');
export const STRING = simple('string');
export const TIMESTAMP = simple('timestamp', 'google.protobuf.Timestamp');
export const TYPE = simple('type');
export const UINT = simple('uint');

export const listOf = (item: CelType): CelType => ({ kind: 'list', name: 'list', parameters: [item] });
export const mapOf = (key: CelType, value: CelType): CelType => ({
  kind: 'map',
  name: 'map',
  parameters: [key, value],
});
export const optionalOf = (value: CelType): CelType => opaque('optional_type', value);
export const typeOf = (of: CelType): CelType => ({ kind: 'type', name: 'type', parameters: [of] });
/** Something with methods but no fields, of any number of type parameters. */
export const opaque = (name: string, ...parameters: CelType[]): CelType => ({ kind: 'opaque', name, parameters });
/** Something with named fields, or a value of a library that is spoken of as such. */
export const struct = (name: string): CelType => ({ kind: 'struct', name, parameters: [] });
/** Stands for one type throughout a signature. */
export const parameter = (name: string): CelType => ({ kind: 'parameter', name, parameters: [] });

export const isDyn = ({ kind }: CelType): boolean => kind === 'dyn' || kind === 'any';
export const isDynOrError = (type: CelType): boolean => isDyn(type) || type.kind === 'error';
export const isOptional = (type: CelType): boolean => type.kind === 'opaque' && type.name === 'optional_type';

export function sameType(a: CelType, b: CelType): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind || a.name !== b.name || a.parameters.length !== b.parameters.length) return false;
  return a.parameters.every((each, index) => sameType(each, b.parameters[index]!));
}

const SHORT: Partial<Record<TypeKind, string>> = {
  any: 'any',
  duration: 'duration',
  null: 'null',
  timestamp: 'timestamp',
};

/** A type as messages show it: `map(string, dyn)`. */
export function typeText(type: CelType): string {
  const short = SHORT[type.kind];
  if (short !== undefined) return short;
  if (type.parameters.length === 0) return type.name;
  return `${type.name}(${type.parameters.map(typeText).join(', ')})`;
}

/** A type with its full name, as messages about a whole expression's type spell it. */
export function fullTypeText({ kind, name, parameters }: CelType): string {
  const own = kind === 'parameter' ? `<${name}>` : name;
  return parameters.length === 0 ? own : `${own}(${parameters.map(fullTypeText).join(', ')})`;
}
