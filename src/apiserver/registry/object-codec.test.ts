import { expect, test } from 'vitest';
import { type ConfigMap, ConfigMaps } from '#api/core/v1/config-map.ts';
import { type Role, Roles } from '#api/rbac/v1/role.ts';
import { ObjectCodec } from './object-codec.ts';

const codec = new ObjectCodec<ConfigMap>(ConfigMaps);
const owned = (name: string, data?: Record<string, string>): ConfigMap => ({
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: {
    name,
    managedFields: [
      { manager: 'a', operation: 'Update', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { 'f:data': {} } },
      { manager: 'b', operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', subresource: 's' },
    ],
  },
  ...(data ? { data } : {}),
});
const revised = (object: ConfigMap) => ({ ...object, metadata: { ...object.metadata, resourceVersion: '7' } });

test.each([
  ['data', owned('one', { a: '1' })],
  ['nothing but metadata', owned('two')],
  ['nothing but a name', { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'three' } } as ConfigMap],
])('an object with %s reads back as it was written, and shows its revision to clients', (_name, object) => {
  const bytes = codec.encode(object);
  expect(codec.decode(bytes, 7)).toEqual(revised(object));
  expect(JSON.parse(new TextDecoder().decode(codec.splice(bytes, 7)))).toEqual(revised(object));
});

test('a list that upstream always writes is null in JSON when it is empty, and absent in memory', () => {
  const roles = new ObjectCodec<Role>(Roles);
  const role: Role = { kind: 'Role', apiVersion: 'rbac.authorization.k8s.io/v1', metadata: { name: 'a' } };
  const bytes = roles.encode(role);
  expect(JSON.parse(new TextDecoder().decode(bytes))).toEqual({ ...role, rules: null });
  expect(roles.decode(bytes, 0)).toEqual(role);
});

test('objects with the same fields share one set of them', () => {
  const [one, two] = [owned('one'), owned('two')].map((object) => codec.decode(codec.encode(object), 7));
  expect(one?.metadata?.managedFields?.[0]?.fieldsV1).toBe(two?.metadata?.managedFields?.[0]?.fieldsV1);
});

const former = owned('é', { a: '1' });
const { managedFields: _owners, ...unowned } = former.metadata ?? {};
test.each<[string, ConfigMap]>([
  ['nothing', { ...former }],
  ['its labels', { ...former, metadata: { ...former.metadata, labels: { of: 'ü', count: '2' } } }],
  ['its data', { ...former, data: { a: '2' } }],
  ['its owners', { ...former, metadata: unowned }],
  ['what more it has', { ...former, binaryData: { b: 'AA==' } }],
  ['what it has no more', { kind: 'ConfigMap', apiVersion: 'v1', metadata: former.metadata as object }],
])('an object that differs from its former state in %s is written as if there had been none', (_difference, object) => {
  const before = { object: former, bytes: codec.encode(former) };
  const bytes = codec.encode(object, before);
  expect(new TextDecoder().decode(bytes)).toBe(new TextDecoder().decode(codec.encode(object)));
  // And is a former state itself.
  const next = { ...object, metadata: { ...object.metadata, generation: 2 } };
  expect(codec.encode(next, { object, bytes })).toEqual(codec.encode(next));
});
