import type { FieldTypes } from '#machinery/cel/environment.ts';
import { escapedName } from '#machinery/cel/escaped-map.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DURATION,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  struct,
  TIMESTAMP,
} from '#machinery/cel/types.ts';
import type { MessageSchema, ScalarKind, Schema } from '#machinery/schema/schema.ts';

/** What leaves are to expressions; what is a number or a text is anything. */
const SCALARS: Readonly<Record<ScalarKind, CelType>> = {
  string: STRING,
  bool: BOOL,
  int32: INT,
  int64: INT,
  double: DOUBLE,
  bytes: BYTES,
  time: TIMESTAMP,
  microTime: TIMESTAMP,
  duration: DURATION,
  quantity: DYN,
  intOrString: DYN,
  rawExtension: DYN,
  fieldsV1: DYN,
  json: DYN,
};

/** The type of a kind's objects, and those of everything in them by name. */
export function objectTypes(schema: MessageSchema): {
  readonly type: CelType;
  readonly structs: Record<string, FieldTypes>;
} {
  const structs: Record<string, Record<string, CelType>> = {};
  return { type: typeOf(schema, structs), structs };
}

function typeOf(schema: Schema, structs: Record<string, Record<string, CelType>>): CelType {
  switch (schema.type) {
    case 'scalar':
      return SCALARS[schema.scalar];
    case 'list':
      return listOf(typeOf(schema.items, structs));
    case 'map':
      return mapOf(STRING, typeOf(schema.values, structs));
    case 'lazy':
      return typeOf(schema.resolve(), structs);
    case 'message': {
      if (!Object.hasOwn(structs, schema.name)) {
        // Before its fields are looked at: some types are among their own.
        const fields: Record<string, CelType> = {};
        structs[schema.name] = fields;
        addFields(schema, fields, structs);
      }
      return struct(schema.name);
    }
  }
}

function addFields(
  { fields }: MessageSchema,
  types: Record<string, CelType>,
  structs: Record<string, Record<string, CelType>>,
): void {
  for (const [name, { schema, inline }] of Object.entries(fields)) {
    if (inline && schema.type === 'message') {
      addFields(schema, types, structs);
      continue;
    }
    const escaped = escapedName(name);
    if (escaped !== undefined) types[escaped] = typeOf(schema, structs);
  }
}
