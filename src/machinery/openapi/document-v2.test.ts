import { describe, expect, test } from 'vitest';
import { buildOpenApiV2 } from './document-v2.ts';
import { definitionsOf, everything, type Operations, referencesIn, toys } from './testing/toys.ts';

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
