import { describe, expect, test } from 'vitest';
import { buildOpenApiV3, documentKeys, openApiV3Root } from './document-v3.ts';
import { everything, type Operations, referencesIn, schemasOf, toys } from './testing/toys.ts';

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
