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

const writeSchema = (writer: Writer, value: JsonSchema): void => writeMessage(writer, value, SCHEMA);

const SCHEMA: MessageLayout = {
  members: {
    $ref: [1, 'string'],
    format: [2, 'string'],
    description: [4, 'string'],
    default: [5, (writer, value: unknown) => writeAny(writer, 5, value)],
    pattern: [13, 'string'],
    required: [19, 'strings'],
    enum: [
      20,
      (writer, values: readonly unknown[]) => {
        for (const value of values) writeAny(writer, 20, value);
      },
    ],
    additionalProperties: [
      21,
      (writer, value: JsonSchema | boolean) =>
        nested(writer, 21, (inner) => {
          if (typeof value === 'boolean') inner.uint32(2 << 3).bool(value);
          else nested(inner, 1, (schema) => writeSchema(schema, value));
        }),
    ],
    type: [
      22,
      (writer, value: string | readonly string[]) =>
        nested(writer, 22, (inner) => {
          for (const type of typeof value === 'string' ? [value] : value) inner.uint32((1 << 3) | 2).string(type);
        }),
    ],
    items: [
      23,
      (writer, value: JsonSchema) =>
        nested(writer, 23, (inner) => nested(inner, 1, (schema) => writeSchema(schema, value))),
    ],
    allOf: [
      24,
      (writer, values: readonly JsonSchema[]) => {
        for (const value of values) nested(writer, 24, (inner) => writeSchema(inner, value));
      },
    ],
    properties: [
      25,
      (writer, value: JsonSchema) => nested(writer, 25, (inner) => writeNamed(inner, 1, value, writeSchema)),
    ],
  },
  extensions: 31,
};

const BODY_PARAMETER: MessageLayout = {
  members: {
    description: [1, 'string'],
    name: [2, 'string'],
    in: [3, 'string'],
    required: [4, 'bool'],
    schema: [5, (writer, value: JsonSchema) => nested(writer, 5, (inner) => writeSchema(inner, value))],
  },
};

const QUERY_PARAMETER: MessageLayout = {
  members: {
    required: [1, 'bool'],
    in: [2, 'string'],
    description: [3, 'string'],
    name: [4, 'string'],
    type: [6, 'string'],
    format: [7, 'string'],
    uniqueItems: [20, 'bool'],
  },
};

const PATH_PARAMETER: MessageLayout = {
  members: {
    required: [1, 'bool'],
    in: [2, 'string'],
    description: [3, 'string'],
    name: [4, 'string'],
    type: [5, 'string'],
    format: [6, 'string'],
    uniqueItems: [19, 'bool'],
  },
};

/** A parameter lies in several messages that each name its sort. */
const writeParameters =
  (field: number) =>
  (writer: Writer, values: readonly JsonSchema[]): void => {
    for (const value of values)
      nested(writer, field, (item) =>
        nested(item, 1, (parameter) => {
          if (value['in'] === 'body') nested(parameter, 1, (inner) => writeMessage(inner, value, BODY_PARAMETER));
          else
            nested(parameter, 2, (other) =>
              value['in'] === 'path'
                ? nested(other, 4, (inner) => writeMessage(inner, value, PATH_PARAMETER))
                : nested(other, 3, (inner) => writeMessage(inner, value, QUERY_PARAMETER)),
            );
        }),
      );
  };

const RESPONSE: MessageLayout = {
  members: {
    description: [1, 'string'],
    schema: [
      2,
      (writer, value: JsonSchema) =>
        nested(writer, 2, (inner) => nested(inner, 1, (schema) => writeSchema(schema, value))),
    ],
  },
  extensions: 5,
};

const OPERATION: MessageLayout = {
  members: {
    tags: [1, 'strings'],
    description: [3, 'string'],
    operationId: [5, 'string'],
    produces: [6, 'strings'],
    consumes: [7, 'strings'],
    parameters: [8, writeParameters(8)],
    responses: [
      9,
      (writer, value: JsonSchema) =>
        nested(writer, 9, (inner) =>
          writeNamed(inner, 1, value, (item, response) =>
            nested(item, 1, (body) => writeMessage(body, response, RESPONSE)),
          ),
        ),
    ],
    schemes: [10, 'strings'],
  },
  extensions: 13,
};

const PATH_ITEM: MessageLayout = {
  members: {
    get: [2, submessage(2, () => OPERATION)],
    put: [3, submessage(3, () => OPERATION)],
    post: [4, submessage(4, () => OPERATION)],
    delete: [5, submessage(5, () => OPERATION)],
    options: [6, submessage(6, () => OPERATION)],
    head: [7, submessage(7, () => OPERATION)],
    patch: [8, submessage(8, () => OPERATION)],
    parameters: [9, writeParameters(9)],
  },
  extensions: 10,
};

const INFO: MessageLayout = { members: { title: [1, 'string'], version: [2, 'string'], description: [3, 'string'] } };

const API_KEY: MessageLayout = {
  members: { type: [1, 'string'], name: [2, 'string'], in: [3, 'string'], description: [4, 'string'] },
};

const DOCUMENT: MessageLayout = {
  members: {
    swagger: [1, 'string'],
    info: [2, submessage(2, () => INFO)],
    paths: [
      8,
      (writer, value: JsonSchema) =>
        nested(writer, 8, (inner) => writeNamed(inner, 2, value, (item, path) => writeMessage(item, path, PATH_ITEM))),
    ],
    definitions: [
      9,
      (writer, value: JsonSchema) => nested(writer, 9, (inner) => writeNamed(inner, 1, value, writeSchema)),
    ],
    security: [
      12,
      (writer, values: readonly Record<string, readonly string[]>[]) => {
        for (const value of values)
          nested(writer, 12, (inner) =>
            writeNamed(inner, 1, value, (item, scopes) => {
              for (const scope of scopes as unknown as readonly string[]) item.uint32((1 << 3) | 2).string(scope);
            }),
          );
      },
    ],
    securityDefinitions: [
      13,
      (writer, value: JsonSchema) =>
        nested(writer, 13, (inner) =>
          writeNamed(inner, 1, value, (item, key) => nested(item, 2, (body) => writeMessage(body, key, API_KEY))),
        ),
    ],
  },
  extensions: 16,
};

/**
 * An OpenAPI v2 document as protobuf: what clients ask for as
 * `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`.
 */
export function encodeOpenApiV2(document: JsonSchema): Uint8Array {
  const writer = protobuf.Writer.create();
  writeMessage(writer, document, DOCUMENT);
  return writer.finish();
}
