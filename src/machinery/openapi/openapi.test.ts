import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { spokenKinds } from '#api/kinds.ts';
import { DeleteOptions } from '#api/meta/v1/delete-options.ts';
import { ListMeta } from '#api/meta/v1/list-meta.ts';
import { Status } from '#api/meta/v1/status.ts';
import { VersionInfo } from '#api/meta/v1/version-info.ts';
import { WatchEvent } from '#api/meta/v1/watch-event.ts';
import { resources } from '#api/resources.ts';
import {
  enumeration,
  int32,
  intOrString,
  lazy,
  list,
  type MessageSchema,
  map,
  message,
  opt,
  ptr,
  quantity,
  req,
  string,
} from '#machinery/schema/schema.ts';
import { buildOpenApiV2 } from './document-v2.ts';
import { encodeOpenApiV2 } from './document-v2-protobuf.ts';
import { buildOpenApiV3, documentKeys, openApiV3Root } from './document-v3.ts';
import { encodeOpenApiV3 } from './document-v3-protobuf.ts';
import type { JsonSchema, OpenApiInput } from './openapi-input.ts';

const Meta = message('io.example.Meta', { name: opt(1, string) }, { description: 'What every object has.' });
const Tree: MessageSchema = message('io.example.Tree', { children: opt(1, list(lazy<object>(() => Tree))) });
const Toy = message(
  'io.example.v1.Toy',
  {
    apiVersion: opt(0, string),
    kind: opt(0, string),
    metadata: opt(1, Meta),
    size: req(2, int32, { description: 'How large it is.', minimum: 1 }),
    port: ptr(3, intOrString),
    limits: opt(4, map(quantity)),
    parts: opt(5, list(Meta), { patchStrategy: 'merge', mergeKey: 'name', listType: 'map', mapKeys: ['name'] }),
    color: opt(6, enumeration('red', 'blue')),
    tree: ptr(7, Tree),
    labels: opt(8, map(string)),
    names: opt(9, list(string)),
    weight: opt(10, int32, { shown: 'zero' }),
    owner: ptr(11, string, { shown: 'required' }),
  },
  { description: 'Something to play with.', union: { discriminator: 'color', members: { tree: 'Tree' } } },
);

const toys: OpenApiInput = {
  resources: [
    {
      group: 'toys.example.com',
      version: 'v1',
      kind: 'Toy',
      plural: 'toys',
      namespaced: true,
      verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
      schema: Toy,
      subresources: {
        status: {
          group: 'toys.example.com',
          version: 'v1',
          kind: 'Toy',
          verbs: ['get', 'patch', 'update'],
          type: 'status',
        },
      },
    },
  ],
  meta: {
    deleteOptions: DeleteOptions,
    listMeta: ListMeta,
    status: Status,
    versionInfo: VersionInfo,
    watchEvent: WatchEvent,
  },
  others: spokenKinds,
  serverVersion: 'v1.36.0',
};

const everything: OpenApiInput = { ...toys, resources };

const definitionsOf = (document: JsonSchema) => document['definitions'] as Record<string, JsonSchema>;
const schemasOf = (document: JsonSchema) =>
  (document['components'] as JsonSchema)['schemas'] as Record<string, JsonSchema>;

function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === '$ref' && typeof member === 'string' ? [member.split('/').at(-1)!] : referencesIn(member),
  );
}

type Operations = Record<string, Record<string, { operationId: string; parameters?: { name: string }[] }>>;

describe('OpenAPI v2', () => {
  const document = buildOpenApiV2(toys);

  test('describes a kind', () => {
    expect(definitionsOf(document)['io.example.v1.Toy']).toEqual({
      description: 'Something to play with.',
      required: ['owner', 'size'],
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        color: { type: 'string', enum: ['blue', 'red'] },
        kind: { type: 'string' },
        limits: {
          type: 'object',
          additionalProperties: { $ref: '#/definitions/io.k8s.apimachinery.pkg.api.resource.Quantity' },
        },
        labels: { type: 'object', additionalProperties: { type: 'string' } },
        metadata: { $ref: '#/definitions/io.example.Meta' },
        names: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'atomic' },
        owner: { type: 'string' },
        parts: {
          type: 'array',
          items: { $ref: '#/definitions/io.example.Meta' },
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          'x-kubernetes-patch-merge-key': 'name',
          'x-kubernetes-patch-strategy': 'merge',
        },
        port: { $ref: '#/definitions/io.k8s.apimachinery.pkg.util.intstr.IntOrString' },
        size: { type: 'integer', format: 'int32', description: 'How large it is.' },
        tree: { $ref: '#/definitions/io.example.Tree' },
        weight: { type: 'integer', format: 'int32' },
      },
      'x-kubernetes-unions': [{ discriminator: 'color', 'fields-to-discriminateBy': { tree: 'Tree' } }],
      'x-kubernetes-group-version-kind': [{ group: 'toys.example.com', version: 'v1', kind: 'Toy' }],
    });
  });

  test('names operations as upstream does', () => {
    const ofToys = Object.entries(document['paths'] as Operations).filter(([path]) => /v1\/(?!watch).*toys/.test(path));
    const ids = ofToys.map(([path, item]) => [
      path,
      Object.values(item)
        .map(({ operationId }) => operationId)
        .filter((id) => id !== undefined),
    ]);
    expect(Object.fromEntries(ids)).toEqual({
      '/apis/toys.example.com/v1/toys': ['listToysExampleComV1ToyForAllNamespaces'],
      '/apis/toys.example.com/v1/namespaces/{namespace}/toys': [
        'listToysExampleComV1NamespacedToy',
        'createToysExampleComV1NamespacedToy',
        'deleteToysExampleComV1CollectionNamespacedToy',
      ],
      '/apis/toys.example.com/v1/namespaces/{namespace}/toys/{name}': [
        'readToysExampleComV1NamespacedToy',
        'replaceToysExampleComV1NamespacedToy',
        'patchToysExampleComV1NamespacedToy',
        'deleteToysExampleComV1NamespacedToy',
      ],
      '/apis/toys.example.com/v1/namespaces/{namespace}/toys/{name}/status': [
        'readToysExampleComV1NamespacedToyStatus',
        'patchToysExampleComV1NamespacedToyStatus',
        'replaceToysExampleComV1NamespacedToyStatus',
      ],
    });
  });

  test('every reference of the whole API leads somewhere, and operations have names of their own', () => {
    const whole = buildOpenApiV2(everything);
    const names = new Set(Object.keys(definitionsOf(whole)));
    expect(referencesIn(whole).filter((name) => !names.has(name))).toEqual([]);
    const ids = Object.values(whole['paths'] as Operations)
      .flatMap((item) => Object.values(item).map(({ operationId }) => operationId))
      .filter((id) => id !== undefined);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids).toContain('replaceCoreV1NamespacedPodEphemeralcontainers');
    expect(ids).toContain('listRbacAuthorizationV1ClusterRole');
  });
});

/** The documents of upstream v1.36, each with how many paths and definitions it has. */
const UPSTREAM: readonly (readonly [key: string, paths: number, schemas: number])[] = [
  ['.well-known/openid-configuration', 1, 0],
  ['api/v1', 113, 251],
  ['api', 1, 2],
  ['apis/admissionregistration.k8s.io/v1', 26, 55],
  ['apis/admissionregistration.k8s.io', 1, 3],
  ['apis/apiextensions.k8s.io/v1', 6, 41],
  ['apis/apiextensions.k8s.io', 1, 3],
  ['apis/apiregistration.k8s.io/v1', 6, 23],
  ['apis/apiregistration.k8s.io', 1, 3],
  ['apis/apps/v1', 38, 163],
  ['apis/apps', 1, 3],
  ['apis/authentication.k8s.io/v1', 3, 13],
  ['apis/authentication.k8s.io', 1, 3],
  ['apis/authorization.k8s.io/v1', 5, 24],
  ['apis/authorization.k8s.io', 1, 3],
  ['apis/autoscaling/v1', 8, 22],
  ['apis/autoscaling/v2', 8, 44],
  ['apis/autoscaling', 1, 3],
  ['apis/batch/v1', 15, 144],
  ['apis/batch', 1, 3],
  ['apis/certificates.k8s.io/v1', 7, 22],
  ['apis/certificates.k8s.io', 1, 3],
  ['apis/coordination.k8s.io/v1', 7, 21],
  ['apis/coordination.k8s.io', 1, 3],
  ['apis/discovery.k8s.io/v1', 7, 26],
  ['apis/discovery.k8s.io', 1, 3],
  ['apis/events.k8s.io/v1', 7, 23],
  ['apis/events.k8s.io', 1, 3],
  ['apis/flowcontrol.apiserver.k8s.io/v1', 11, 40],
  ['apis/flowcontrol.apiserver.k8s.io', 1, 3],
  ['apis/networking.k8s.io/v1', 27, 56],
  ['apis/networking.k8s.io', 1, 3],
  ['apis/node.k8s.io/v1', 5, 23],
  ['apis/node.k8s.io', 1, 3],
  ['apis/policy/v1', 8, 25],
  ['apis/policy', 1, 3],
  ['apis/rbac.authorization.k8s.io/v1', 21, 31],
  ['apis/rbac.authorization.k8s.io', 1, 3],
  ['apis/resource.k8s.io/v1', 22, 65],
  ['apis/resource.k8s.io', 1, 3],
  ['apis/scheduling.k8s.io/v1', 5, 19],
  ['apis/scheduling.k8s.io', 1, 3],
  ['apis/storage.k8s.io/v1', 28, 72],
  ['apis/storage.k8s.io', 1, 3],
  ['apis', 1, 4],
  ['openid/v1/jwks', 1, 0],
  ['version', 1, 1],
];

describe('OpenAPI v3', () => {
  test('describes a kind, with the defaults that upstream shows', () => {
    const document = buildOpenApiV3(toys, 'apis/toys.example.com/v1');
    const { properties } = schemasOf(document)['io.example.v1.Toy'] as { properties: Record<string, unknown> };
    expect(properties).toMatchObject({
      size: { type: 'integer', format: 'int32', description: 'How large it is.', minimum: 1, default: 0 },
      metadata: { allOf: [{ $ref: '#/components/schemas/io.example.Meta' }], default: {} },
      parts: { items: { $ref: '#/components/schemas/io.example.Meta' } },
      port: { allOf: [{ $ref: '#/components/schemas/io.k8s.apimachinery.pkg.util.intstr.IntOrString' }] },
      labels: { type: 'object', additionalProperties: { type: 'string' } },
      names: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'atomic' },
      weight: { type: 'integer', format: 'int32', default: 0 },
    });
    expect(schemasOf(document)['io.k8s.apimachinery.pkg.util.intstr.IntOrString']).toMatchObject({
      format: 'int-or-string',
      oneOf: [{ type: 'integer' }, { type: 'string' }],
    });
  });

  test('each document stands on its own, and says that patches may be validated', () => {
    const documents = new Map(documentKeys(everything).map((key) => [key, buildOpenApiV3(everything, key)]));
    for (const document of documents.values()) {
      const names = new Set(Object.keys(schemasOf(document) ?? {}));
      expect(referencesIn(document).filter((name) => !names.has(name))).toEqual([]);
    }
    const pod = (documents.get('api/v1')!['paths'] as Operations)['/api/v1/namespaces/{namespace}/pods/{name}']!;
    expect(pod['patch']!.parameters!.map(({ name }) => name)).toEqual([
      'dryRun',
      'fieldManager',
      'fieldValidation',
      'force',
    ]);
  });

  test.each(UPSTREAM)('%s has as many paths (%i) and definitions (%i) as upstream v1.36', (key, paths, schemas) => {
    const document = buildOpenApiV3(everything, key);
    expect(Object.keys(document['paths'] as object)).toHaveLength(paths);
    expect(Object.keys(schemasOf(document) ?? {})).toHaveLength(schemas);
  });

  test('has a document for everything that upstream has one for, but for logs', () => {
    expect(documentKeys(everything).sort()).toEqual(UPSTREAM.map(([key]) => key).sort());
  });

  test('tells of connections, with what their query says', () => {
    const paths = buildOpenApiV3(everything, 'api/v1')['paths'] as Operations;
    const pod = '/api/v1/namespaces/{namespace}/pods/{name}';
    const named = (path: string) =>
      (paths[path]!['parameters'] as unknown as { name: string }[]).map(({ name }) => name);
    const ids = (path: string) => Object.values(paths[path]!).flatMap(({ operationId }) => operationId ?? []);
    expect(ids(`${pod}/exec`)).toEqual(['connectCoreV1GetNamespacedPodExec', 'connectCoreV1PostNamespacedPodExec']);
    expect(named(`${pod}/exec`)).toEqual([
      'command',
      'container',
      'name',
      'namespace',
      'stderr',
      'stdin',
      'stdout',
      'tty',
    ]);
    expect(ids(`${pod}/proxy/{path}`)).toHaveLength(7);
    expect(ids(`${pod}/proxy/{path}`)).toContain('connectCoreV1HeadNamespacedPodProxyWithPath');
    expect(named('/api/v1/nodes/{name}/proxy/{path}')).toEqual(['name', 'path', 'path']);
    expect(named(`${pod}/log`)).toContain('sinceSeconds');
    expect(named(`${pod}/log`)).not.toContain('sinceTime');
  });

  test('tells of watches by their old paths', () => {
    const paths = buildOpenApiV3(toys, 'apis/toys.example.com/v1')['paths'] as Operations;
    const ids = Object.entries(paths).flatMap(([path, item]) =>
      path.includes('/watch/') ? [[path, item['get']!.operationId]] : [],
    );
    expect(Object.fromEntries(ids)).toEqual({
      '/apis/toys.example.com/v1/watch/toys': 'watchToysExampleComV1ToyListForAllNamespaces',
      '/apis/toys.example.com/v1/watch/namespaces/{namespace}/toys': 'watchToysExampleComV1NamespacedToyList',
      '/apis/toys.example.com/v1/watch/namespaces/{namespace}/toys/{name}': 'watchToysExampleComV1NamespacedToy',
    });
  });

  test('the root lists documents by hash', () => {
    expect(openApiV3Root({ 'api/v1': 'AB' })).toEqual({
      paths: { 'api/v1': { serverRelativeURL: '/openapi/v3/api/v1?hash=AB' } },
    });
  });
});

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
