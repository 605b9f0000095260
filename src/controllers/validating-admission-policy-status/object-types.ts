import type { FieldTypes } from '#machinery/cel/environment.ts';
import { escapedName } from '#machinery/cel/escaped-map.ts';
import {
  BOOL,
  BYTES,
  type CelType,
  DOUBLE,
  DYN,
  INT,
  listOf,
  mapOf,
  STRING,
  struct,
  TIMESTAMP,
} from '#machinery/cel/types.ts';
import type { MessageSchema, ScalarKind, Schema } from '#machinery/schema/schema.ts';

/** An object of which nobody says what is in it. */
const OPAQUE = struct('object');

/**
 * What leaves are to expressions. As upstream has it, what is either a number or a text is anything if it is called so,
 * and not there at all if it is a quantity: expressions about quantities are warned of.
 */
const SCALARS: Readonly<Record<ScalarKind, CelType | undefined>> = {
  string: STRING,
  bool: BOOL,
  int32: INT,
  int64: INT,
  double: DOUBLE,
  bytes: BYTES,
  time: TIMESTAMP,
  microTime: TIMESTAMP,
  duration: STRING,
  quantity: undefined,
  intOrString: DYN,
  rawExtension: OPAQUE,
  fieldsV1: OPAQUE,
  json: undefined,
};

/** The type of a kind's objects, and those of everything in them by name. */
export function objectTypes(schema: MessageSchema): {
  readonly type: CelType;
  readonly structs: Record<string, FieldTypes>;
} {
  const structs: Record<string, Record<string, CelType>> = { object: {} };
  return { type: messageType(schema, structs), structs };
}

/** The type of what expressions get to see; undefined for what they do not. */
function typeOf(schema: Schema, structs: Record<string, Record<string, CelType>>): CelType | undefined {
  switch (schema.type) {
    case 'scalar':
      return SCALARS[schema.scalar];
    case 'list': {
      const items = typeOf(schema.items, structs);
      return items && listOf(items);
    }
    case 'map': {
      const values = typeOf(schema.values, structs);
      return values && mapOf(STRING, values);
    }
    case 'lazy':
      return typeOf(schema.resolve(), structs);
    case 'message':
      return messageType(schema, structs);
  }
}

function messageType(schema: MessageSchema, structs: Record<string, Record<string, CelType>>): CelType {
  if (!Object.hasOwn(structs, schema.name)) {
    // Before its fields are looked at: some types are among their own.
    const fields: Record<string, CelType> = {};
    structs[schema.name] = fields;
    addFields(schema, fields, structs);
  }
  return struct(schema.name);
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
    const type = typeOf(schema, structs);
    if (escaped !== undefined && type !== undefined) types[escaped] = type;
  }
}
