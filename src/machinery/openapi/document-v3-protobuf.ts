import protobuf from 'protobufjs/minimal.js';
import {
  type MessageLayout,
  nested,
  submessage,
  type Writer,
  writeAny,
  writeMessage,
  writeNamed,
} from './document-protobuf.ts';
import type { JsonSchema } from './openapi-input.ts';

const REFERENCE: MessageLayout = {
  members: { $ref: [1, 'string'], summary: [2, 'string'], description: [3, 'string'] },
};

/** A schema, or a reference to one, which stands in the same place. */
const writeSchema = (writer: Writer, value: JsonSchema): void =>
  '$ref' in value
    ? nested(writer, 2, (inner) => writeMessage(inner, value, REFERENCE))
    : nested(writer, 1, (inner) => writeMessage(inner, value, SCHEMA));

const schemaAt =
  (field: number) =>
  (writer: Writer, value: JsonSchema): void =>
    nested(writer, field, (inner) => writeSchema(inner, value));

const schemasAt =
  (field: number) =>
  (writer: Writer, values: readonly JsonSchema[]): void => {
    for (const value of values) schemaAt(field)(writer, value);
  };

/** Lists and objects have no place in this form. */
function writeDefault(writer: Writer, value: unknown): void {
  nested(writer, 33, (inner) => {
    if (typeof value === 'number') inner.uint32((1 << 3) | 1).double(value);
    else if (typeof value === 'boolean') inner.uint32(2 << 3).bool(value);
    else if (typeof value === 'string') inner.uint32((3 << 3) | 2).string(value);
  });
}

const SCHEMA: MessageLayout = {
  members: {
    nullable: [1, 'bool'],
    readOnly: [3, 'bool'],
    writeOnly: [4, 'bool'],
    externalDocs: [6, submessage(6, () => EXTERNAL_DOCS)],
    example: [7, (writer, value: unknown) => writeAny(writer, 7, value)],
    deprecated: [8, 'bool'],
    title: [9, 'string'],
    multipleOf: [10, 'double'],
    maximum: [11, 'double'],
    exclusiveMaximum: [12, 'bool'],
    minimum: [13, 'double'],
    exclusiveMinimum: [14, 'bool'],
    maxLength: [15, 'int'],
    minLength: [16, 'int'],
    pattern: [17, 'string'],
    maxItems: [18, 'int'],
    minItems: [19, 'int'],
    uniqueItems: [20, 'bool'],
    maxProperties: [21, 'int'],
    minProperties: [22, 'int'],
    required: [23, 'strings'],
    enum: [
      24,
      (writer, values: readonly unknown[]) => {
        for (const value of values) writeAny(writer, 24, value);
      },
    ],
    type: [25, 'string'],
    allOf: [26, schemasAt(26)],
    oneOf: [27, schemasAt(27)],
    anyOf: [28, schemasAt(28)],
    not: [29, submessage(29, () => SCHEMA)],
    items: [30, (writer, value: JsonSchema) => nested(writer, 30, (inner) => schemaAt(1)(inner, value))],
    properties: [
      31,
      (writer, value: JsonSchema) => nested(writer, 31, (inner) => writeNamed(inner, 1, value, writeSchema)),
    ],
    additionalProperties: [
      32,
      (writer, value: JsonSchema | boolean) =>
        nested(writer, 32, (inner) => {
          if (typeof value === 'boolean') inner.uint32(2 << 3).bool(value);
          else schemaAt(1)(inner, value);
        }),
    ],
    default: [33, writeDefault],
    description: [34, 'string'],
    format: [35, 'string'],
  },
  extensions: 36,
};

const EXTERNAL_DOCS: MessageLayout = { members: { description: [1, 'string'], url: [2, 'string'] } };

const MEDIA_TYPE: MessageLayout = { members: { schema: [1, schemaAt(1)] }, extensions: 5 };

/** Contents by media type. */
const contentAt =
  (field: number) =>
  (writer: Writer, value: JsonSchema): void =>
    nested(writer, field, (inner) => writeNamed(inner, 1, value, (item, type) => writeMessage(item, type, MEDIA_TYPE)));

const PARAMETER: MessageLayout = {
  members: {
    name: [1, 'string'],
    in: [2, 'string'],
    description: [3, 'string'],
    required: [4, 'bool'],
    schema: [10, schemaAt(10)],
  },
  extensions: 14,
};

/** What could be a reference as well lies one message deeper. */
const direct = (writer: Writer, value: JsonSchema, layout: MessageLayout): void =>
  nested(writer, 1, (inner) => writeMessage(inner, value, layout));

const parametersAt =
  (field: number) =>
  (writer: Writer, values: readonly JsonSchema[]): void => {
    for (const value of values) nested(writer, field, (inner) => direct(inner, value, PARAMETER));
  };

const REQUEST_BODY: MessageLayout = {
  members: { description: [1, 'string'], content: [2, contentAt(2)], required: [3, 'bool'] },
};

const RESPONSE: MessageLayout = { members: { description: [1, 'string'], content: [3, contentAt(3)] } };

const OPERATION: MessageLayout = {
  members: {
    tags: [1, 'strings'],
    description: [3, 'string'],
    operationId: [5, 'string'],
    parameters: [6, parametersAt(6)],
    requestBody: [7, (writer, value: JsonSchema) => nested(writer, 7, (inner) => direct(inner, value, REQUEST_BODY))],
    responses: [
      8,
      (writer, value: JsonSchema) =>
        nested(writer, 8, (inner) => writeNamed(inner, 2, value, (item, response) => direct(item, response, RESPONSE))),
    ],
  },
  extensions: 13,
};

const PATH_ITEM: MessageLayout = {
  members: {
    get: [4, submessage(4, () => OPERATION)],
    put: [5, submessage(5, () => OPERATION)],
    post: [6, submessage(6, () => OPERATION)],
    delete: [7, submessage(7, () => OPERATION)],
    options: [8, submessage(8, () => OPERATION)],
    head: [9, submessage(9, () => OPERATION)],
    patch: [10, submessage(10, () => OPERATION)],
    parameters: [13, parametersAt(13)],
  },
  extensions: 14,
};

const INFO: MessageLayout = {
  members: { title: [1, 'string'], description: [2, 'string'], version: [6, 'string'] },
};

const SECURITY_SCHEME: MessageLayout = {
  members: { type: [1, 'string'], description: [2, 'string'], name: [3, 'string'], in: [4, 'string'] },
};

const COMPONENTS: MessageLayout = {
  members: {
    schemas: [1, (writer, value: JsonSchema) => nested(writer, 1, (inner) => writeNamed(inner, 1, value, writeSchema))],
    securitySchemes: [
      7,
      (writer, value: JsonSchema) =>
        nested(writer, 7, (inner) =>
          writeNamed(inner, 1, value, (item, scheme) => direct(item, scheme, SECURITY_SCHEME)),
        ),
    ],
  },
};

const DOCUMENT: MessageLayout = {
  members: {
    openapi: [1, 'string'],
    info: [2, submessage(2, () => INFO)],
    paths: [
      4,
      (writer, value: JsonSchema) =>
        nested(writer, 4, (inner) => writeNamed(inner, 1, value, (item, path) => writeMessage(item, path, PATH_ITEM))),
    ],
    components: [5, submessage(5, () => COMPONENTS)],
  },
  extensions: 9,
};

/**
 * An OpenAPI v3 document as protobuf: what clients ask for as
 * `application/com.github.proto-openapi.spec.v3@v1.0+protobuf`.
 */
export function encodeOpenApiV3(document: JsonSchema): Uint8Array {
  const writer = protobuf.Writer.create();
  writeMessage(writer, document, DOCUMENT);
  return writer.finish();
}
