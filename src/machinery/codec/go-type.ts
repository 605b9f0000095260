import { resolveSchema, type ScalarKind, type Schema } from '#machinery/schema/schema.ts';

const SCALAR_TYPES: Readonly<Record<ScalarKind, string>> = {
  string: 'string',
  bool: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  bytes: '[]uint8',
  time: 'v1.Time',
  microTime: 'v1.MicroTime',
  duration: 'v1.Duration',
  quantity: 'resource.Quantity',
  intOrString: 'intstr.IntOrString',
  rawExtension: 'runtime.RawExtension',
  fieldsV1: 'v1.FieldsV1',
  json: 'v1.JSON',
};

/** The type of a schema as upstream's decoding errors name it: `[]v1.Container`, `map[string]string`, `int32`. */
export function goType(schema: Schema): string {
  const resolved = resolveSchema(schema);
  switch (resolved.type) {
    case 'scalar':
      return SCALAR_TYPES[resolved.scalar];
    case 'list':
      return `[]${goType(resolved.items)}`;
    case 'map':
      return `map[string]${goType(resolved.values)}`;
    case 'message':
      return resolved.name.split('.').slice(-2).join('.');
  }
}

/** The bare name of a message: `PodSpec`. */
export const goStructName = (name: string): string => name.slice(name.lastIndexOf('.') + 1);

/** What a JSON value is called in those errors. */
export function goValueName(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  switch (typeof value) {
    case 'boolean':
      return 'bool';
    case 'number':
    case 'bigint':
      return 'number';
    default:
      return typeof value;
  }
}
