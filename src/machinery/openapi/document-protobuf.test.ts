import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { buildOpenApiV2 } from './document-v2.ts';
import { encodeOpenApiV2 } from './document-v2-protobuf.ts';
import { buildOpenApiV3 } from './document-v3.ts';
import { encodeOpenApiV3 } from './document-v3-protobuf.ts';
import type { JsonSchema } from './openapi-input.ts';
import { toys } from './testing/toys.ts';

/** The part of the message definitions that is looked at here. */
const PROTO = `syntax = "proto3"; package openapi.v2;
message Any { string yaml = 2; }
message NamedAny { string name = 1; Any value = 2; }
message TypeItem { repeated string value = 1; }
message ItemsItem { repeated Schema schema = 1; }
message AdditionalPropertiesItem { oneof oneof { Schema schema = 1; bool boolean = 2; } }
message NamedSchema { string name = 1; Schema value = 2; }
message Properties { repeated NamedSchema additional_properties = 1; }
message Schema { string _ref = 1; string format = 2; string description = 4; repeated string required = 19;
  repeated Any enum = 20; AdditionalPropertiesItem additional_properties = 21; TypeItem type = 22; ItemsItem items = 23;
  Properties properties = 25; repeated NamedAny vendor_extension = 31; }
message Definitions { repeated NamedSchema additional_properties = 1; }
message BodyParameter { string name = 2; string in = 3; bool required = 4; Schema schema = 5; }
message QueryParameterSubSchema { string in = 2; string name = 4; string type = 6; bool unique_items = 20; }
message PathParameterSubSchema { bool required = 1; string in = 2; string name = 4; string type = 5; bool unique_items = 19; }
message NonBodyParameter { oneof oneof { QueryParameterSubSchema query = 3; PathParameterSubSchema path = 4; } }
message Parameter { oneof oneof { BodyParameter body = 1; NonBodyParameter non_body = 2; } }
message ParametersItem { Parameter parameter = 1; }
message SchemaItem { Schema schema = 1; }
message Response { string description = 1; SchemaItem schema = 2; }
message ResponseValue { Response response = 1; }
message NamedResponseValue { string name = 1; ResponseValue value = 2; }
message Responses { repeated NamedResponseValue response_code = 1; }
message Operation { string operation_id = 5; repeated string consumes = 7; repeated ParametersItem parameters = 8;
  Responses responses = 9; repeated NamedAny vendor_extension = 13; }
message PathItem { Operation get = 2; Operation patch = 8; repeated ParametersItem parameters = 9; }
message NamedPathItem { string name = 1; PathItem value = 2; }
message Paths { repeated NamedPathItem path = 2; }
message Info { string title = 1; string version = 2; }
message Document { string swagger = 1; Info info = 2; Paths paths = 8; Definitions definitions = 9; }`;

test('OpenAPI v2 in protobuf says the same', () => {
  const type = protobuf.parse(PROTO, { keepCase: true }).root.lookupType('openapi.v2.Document');
  const document = type.toObject(type.decode(encodeOpenApiV2(buildOpenApiV2(toys))), { json: true });
  expect(document).toMatchObject({ swagger: '2.0', info: { title: 'Kubernetes', version: 'v1.36.0' } });

  const toy = document['definitions'].additional_properties.find(
    ({ name }: { name: string }) => name === 'io.example.v1.Toy',
  ).value;
  expect(toy).toMatchObject({
    description: 'Something to play with.',
    required: ['owner', 'size'],
    type: { value: ['object'] },
    vendor_extension: [
      { name: 'x-kubernetes-unions' },
      {
        name: 'x-kubernetes-group-version-kind',
        value: { yaml: '[{"group":"toys.example.com","version":"v1","kind":"Toy"}]\n' },
      },
    ],
  });
  const parts = toy.properties.additional_properties.find(({ name }: { name: string }) => name === 'parts').value;
  expect(parts.items.schema[0]._ref).toBe('#/definitions/io.example.Meta');
  expect(parts.vendor_extension.map(({ name }: { name: string }) => name)).toContain('x-kubernetes-patch-merge-key');

  const path = document['paths'].path.find(({ name }: { name: string }) => name.endsWith('/toys/{name}')).value;
  expect(path.patch).toMatchObject({
    operation_id: 'patchToysExampleComV1NamespacedToy',
    vendor_extension: [{ name: 'x-kubernetes-action', value: { yaml: '"patch"\n' } }, {}],
  });
  expect(path.patch.parameters[0].parameter.body).toMatchObject({ name: 'body', in: 'body', required: true });
  expect(path.parameters[0].parameter.non_body.path).toEqual({
    required: true,
    in: 'path',
    name: 'name',
    type: 'string',
    unique_items: true,
  });
});

const PROTO_V3 = `syntax = "proto3"; package openapi.v3;
message Any { string yaml = 2; }
message NamedAny { string name = 1; Any value = 2; }
message Reference { string _ref = 1; }
message SchemaOrReference { oneof oneof { Schema schema = 1; Reference reference = 2; } }
message NamedSchemaOrReference { string name = 1; SchemaOrReference value = 2; }
message Properties { repeated NamedSchemaOrReference additional_properties = 1; }
message ItemsItem { repeated SchemaOrReference schema_or_reference = 1; }
message AdditionalPropertiesItem { oneof oneof { SchemaOrReference schema_or_reference = 1; bool boolean = 2; } }
message DefaultType { oneof oneof { double number = 1; bool boolean = 2; string string = 3; } }
message Schema { bool nullable = 1; double minimum = 13; int64 max_length = 15; bool unique_items = 20; repeated string required = 23;
  repeated Any enum = 24; string type = 25; repeated SchemaOrReference all_of = 26; Schema not = 29; ItemsItem items = 30;
  Properties properties = 31; AdditionalPropertiesItem additional_properties = 32; DefaultType default = 33;
  string description = 34; string format = 35; repeated NamedAny specification_extension = 36; }
message MediaType { SchemaOrReference schema = 1; }
message NamedMediaType { string name = 1; MediaType value = 2; }
message MediaTypes { repeated NamedMediaType additional_properties = 1; }
message Parameter { string name = 1; string in = 2; bool required = 4; SchemaOrReference schema = 10; }
message ParameterOrReference { oneof oneof { Parameter parameter = 1; Reference reference = 2; } }
message RequestBody { MediaTypes content = 2; bool required = 3; }
message RequestBodyOrReference { oneof oneof { RequestBody request_body = 1; Reference reference = 2; } }
message Response { string description = 1; MediaTypes content = 3; }
message ResponseOrReference { oneof oneof { Response response = 1; Reference reference = 2; } }
message NamedResponseOrReference { string name = 1; ResponseOrReference value = 2; }
message Responses { repeated NamedResponseOrReference response_or_reference = 2; }
message Operation { repeated string tags = 1; string operation_id = 5; repeated ParameterOrReference parameters = 6;
  RequestBodyOrReference request_body = 7; Responses responses = 8; repeated NamedAny specification_extension = 13; }
message PathItem { Operation get = 4; Operation put = 5; Operation patch = 10; repeated ParameterOrReference parameters = 13; }
message NamedPathItem { string name = 1; PathItem value = 2; }
message Paths { repeated NamedPathItem path = 1; }
message SchemasOrReferences { repeated NamedSchemaOrReference additional_properties = 1; }
message SecurityScheme { string type = 1; string name = 3; string in = 4; }
message SecuritySchemeOrReference { oneof oneof { SecurityScheme security_scheme = 1; Reference reference = 2; } }
message NamedSecuritySchemeOrReference { string name = 1; SecuritySchemeOrReference value = 2; }
message SecuritySchemesOrReferences { repeated NamedSecuritySchemeOrReference additional_properties = 1; }
message Components { SchemasOrReferences schemas = 1; SecuritySchemesOrReferences security_schemes = 7; }
message Info { string title = 1; string version = 6; }
message Document { string openapi = 1; Info info = 2; Paths paths = 4; Components components = 5; }`;

describe('OpenAPI v3 in protobuf', () => {
  const type = protobuf.parse(PROTO_V3, { keepCase: true }).root.lookupType('openapi.v3.Document');
  const read = (document: JsonSchema) =>
    type.toObject(type.decode(encodeOpenApiV3(document)), { json: true, longs: Number });
  // biome-ignore lint/suspicious/noExplicitAny: decoded messages are of every kind
  type Named = { readonly name: string; readonly value: any };
  const named = (list: readonly Named[], name: string) => list.find((each) => each.name === name)?.value;

  test('says the same', () => {
    const document = read(buildOpenApiV3(toys, 'apis/toys.example.com/v1'));
    expect(document).toMatchObject({ openapi: '3.0.0', info: { title: 'Kubernetes', version: 'v1.36.0' } });
    const { schemas, security_schemes: security } = document['components'];
    expect(named(security.additional_properties, 'BearerToken')).toEqual({
      security_scheme: { type: 'apiKey', name: 'authorization', in: 'header' },
    });
    const { schema: toy } = named(schemas.additional_properties, 'io.example.v1.Toy');
    expect(toy).toMatchObject({ description: 'Something to play with.', required: ['owner', 'size'], type: 'object' });
    const properties = toy.properties.additional_properties as readonly Named[];
    expect(named(properties, 'metadata')).toEqual({
      schema: {
        all_of: [{ reference: { _ref: '#/components/schemas/io.example.Meta' } }],
        default: {},
      },
    });
    expect(named(properties, 'size')).toMatchObject({
      schema: { type: 'integer', minimum: 1, default: { number: 0 } },
    });
    expect(named(properties, 'color')).toMatchObject({ schema: { enum: [{ yaml: '"blue"\n' }, { yaml: '"red"\n' }] } });

    const path = named(document['paths'].path, '/apis/toys.example.com/v1/namespaces/{namespace}/toys/{name}');
    expect(path.parameters[0]).toEqual({
      parameter: {
        name: 'name',
        in: 'path',
        required: true,
        schema: { schema: { type: 'string', unique_items: true } },
      },
    });
    expect(path.put).toMatchObject({ operation_id: 'replaceToysExampleComV1NamespacedToy' });
    const reference = { schema: { reference: { _ref: '#/components/schemas/io.example.v1.Toy' } } };
    expect(path.put.request_body.request_body.content.additional_properties[0].value).toEqual(reference);
    const [first] = path.get.responses.response_or_reference;
    expect([first.name, first.value.response.content.additional_properties[0]]).toEqual([
      '200',
      { name: 'application/json', value: reference },
    ]);
  });

  test('holds what custom resources say of themselves', () => {
    const schemas = {
      a: {
        nullable: true,
        maxLength: 7,
        default: 'x',
        not: { type: 'string' },
        items: { $ref: '#/b' },
        additionalProperties: true,
        'x-kubernetes-list-type': 'set',
      },
    };
    const { schema } = read({ components: { schemas } })['components'].schemas.additional_properties[0].value;
    expect(schema).toEqual({
      nullable: true,
      max_length: 7,
      default: { string: 'x' },
      not: { type: 'string' },
      items: { schema_or_reference: [{ reference: { _ref: '#/b' } }] },
      additional_properties: { boolean: true },
      specification_extension: [{ name: 'x-kubernetes-list-type', value: { yaml: '"set"\n' } }],
    });
  });
});
