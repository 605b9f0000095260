import { expect, test } from 'vitest';
import type { ObjectMeta } from './object-meta.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from './object-meta-validation.ts';

const RULES = { namespaced: true, strategy: {} };
const texts = (errors: readonly { readonly field: string; readonly message: string }[]) =>
  errors.map(({ field, message }) => `${field}: ${message}`);

test.each<[string, ObjectMeta, string[]]>([
  ['a plain object', { name: 'a', namespace: 'b', labels: { x: 'y' } }, []],
  ['no name', { namespace: 'b' }, ['metadata.name: Required value: name or generateName is required']],
  ['no namespace', { name: 'a' }, ['metadata.namespace: Required value']],
  ['a prefix that ends in a dash', { name: 'a', generateName: 'a-', namespace: 'b' }, []],
  [
    'owners without a name, two of them controllers',
    {
      name: 'a',
      namespace: 'b',
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Pod', name: '', uid: 'u', controller: true },
        { apiVersion: '', kind: 'Pod', name: 'q', uid: 'v', controller: true },
      ],
    },
    [
      'metadata.ownerReferences[0].name: Invalid value: "": must not be empty',
      'metadata.ownerReferences[1].apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences: Invalid value: [{"apiVersion":"v1","kind":"Pod","name":"","uid":"u","controller":true},{"apiVersion":"","kind":"Pod","name":"q","uid":"v","controller":true}]: Only one reference can have Controller set to true. Found "true" in references for Pod/ and Pod/q',
    ],
  ],
  [
    'annotations past 256 KiB',
    { name: 'a', namespace: 'b', annotations: { k: 'x'.repeat(256 * 1024) } },
    ['metadata.annotations: Too long: may not be more than 262144 bytes'],
  ],
])('metadata with %s', (_, metadata, expected) => {
  expect(texts(validateObjectMeta(metadata, RULES))).toEqual(expected);
});

test('what the server set stays, and nothing is added to an object on its way out', () => {
  const old = { name: 'a', uid: 'u', generation: 2, deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['a/b'] };
  const changed = { ...old, uid: 'v', generation: 1, finalizers: ['a/b', 'c/d'] };
  expect(texts(validateObjectMetaUpdate(changed, old))).toEqual([
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"c/d"}',
    'metadata.generation: Invalid value: 1: must not be decremented',
    'metadata.uid: Invalid value: "v": field is immutable',
  ]);
  expect(validateObjectMetaUpdate(old, old)).toEqual([]);
});

test('of controllers without number ten are told of beside the first', () => {
  const controller = { apiVersion: 'v1', kind: 'Pod', name: 'a', uid: 'u', controller: true };
  const metadata = { name: 'a', namespace: 'b', ownerReferences: Array(20_000).fill(controller) };
  expect(validateObjectMeta(metadata, RULES).length).toBe(10);
});

test('finalizers without number are compared at once', () => {
  const finalizers = Array.from({ length: 300_000 }, (_, index) => `a/${index}`);
  const old = { name: 'a', namespace: 'b', finalizers };
  expect(validateObjectMetaUpdate({ ...old, finalizers: [...finalizers] }, old)).toEqual([]);
});
