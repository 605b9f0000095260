import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deepFreeze } from '#machinery/objects/deep-freeze.ts';
import { int32, json, list, map, message, opt, string } from '#machinery/schema/schema.ts';
import { createStrategicMergePatch, createThreeWayStrategicMergePatch } from './strategic-diff.ts';
import { applyStrategicMergePatch } from './strategic-merge.ts';

const Port = message('v1.Port', { port: opt(1, int32), name: opt(2, string) });
const Container = message('v1.Container', {
  name: opt(1, string),
  image: opt(2, string),
  args: opt(3, list(string)),
  ports: opt(4, list(Port), { patchStrategy: 'merge', mergeKey: 'port' }),
});
const Strategy = message('v1.Strategy', { type: opt(1, string), rolling: opt(2, map(string)) });
const Spec = message('v1.Spec', {
  containers: opt(1, list(Container), { patchStrategy: 'merge', mergeKey: 'name' }),
  finalizers: opt(2, list(string), { patchStrategy: 'merge' }),
  strategy: opt(3, Strategy, { patchStrategy: 'retainKeys' }),
  replaced: opt(4, map(string), { patchStrategy: 'replace' }),
  labels: opt(5, map(string)),
  raw: opt(6, json),
  volumes: opt(7, list(Container), { patchStrategy: 'merge,retainKeys', mergeKey: 'name' }),
});

const a = { name: 'a', image: '1' };
const b = { name: 'b', image: '1' };
const c = { name: 'c', image: '1' };

describe('strategic merge patch', () => {
  test.each<[string, object, object, object]>([
    ['members are merged', { labels: { x: '1' } }, { labels: { y: '2' } }, { labels: { x: '1', y: '2' } }],
    ['null removes', { labels: { x: '1', y: '2' } }, { labels: { x: null } }, { labels: { y: '2' } }],
    ['nulls of new members are dropped', {}, { labels: { x: null, y: '1' } }, { labels: { y: '1' } }],
    [
      'lists are merged by key: new items first, then the old order',
      { containers: [a, b] },
      { containers: [c, { name: 'b', image: '2' }] },
      { containers: [c, a, { name: 'b', image: '2' }] },
    ],
    [
      'nested lists are merged too',
      { containers: [{ ...a, ports: [{ port: 1 }, { port: 2, name: 'x' }] }] },
      { containers: [{ name: 'a', ports: [{ port: 2, name: 'y' }] }] },
      { containers: [{ ...a, ports: [{ port: 1 }, { port: 2, name: 'y' }] }] },
    ],
    [
      'other lists are replaced',
      { containers: [{ ...a, args: ['x', 'y'] }] },
      { containers: [{ name: 'a', args: ['z'] }] },
      { containers: [{ ...a, args: ['z'] }] },
    ],
    [
      'lists of scalars are united',
      { finalizers: ['x', 'y'] },
      { finalizers: ['z', 'x'] },
      { finalizers: ['z', 'x', 'y'] },
    ],
    [
      '$patch: delete removes an item',
      { containers: [a, b] },
      { containers: [{ $patch: 'delete', name: 'a' }] },
      { containers: [b] },
    ],
    [
      '$patch: replace replaces a list',
      { containers: [a, b] },
      { containers: [c, { $patch: 'replace' }] },
      { containers: [c] },
    ],
    [
      '$patch: replace replaces an object',
      { labels: { x: '1' } },
      { labels: { y: '2', $patch: 'replace' } },
      { labels: { y: '2' } },
    ],
    ['$patch: delete empties an object', { labels: { x: '1' } }, { labels: { $patch: 'delete' } }, { labels: {} }],
    ['the replace strategy replaces', { replaced: { x: '1' } }, { replaced: { y: '2' } }, { replaced: { y: '2' } }],
    [
      '$deleteFromPrimitiveList removes scalars',
      { finalizers: ['x', 'y', 'z'] },
      { '$deleteFromPrimitiveList/finalizers': ['x', 'z'] },
      { finalizers: ['y'] },
    ],
    [
      '$setElementOrder orders objects',
      { containers: [a, b, c] },
      { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }], containers: [{ name: 'a', image: '2' }] },
      { containers: [b, c, { name: 'a', image: '2' }] },
    ],
    [
      'an item that the order leaves out stays before one that is added for one deleted',
      { containers: [a, b, c] },
      {
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'd' }],
        containers: [{ name: 'd' }, { $patch: 'delete', name: 'a' }],
      },
      { containers: [b, c, { name: 'd' }] },
    ],
    [
      'and behind one that is just added',
      { containers: [b, c] },
      { '$setElementOrder/containers': [{ name: 'b' }, { name: 'd' }], containers: [{ name: 'd' }] },
      { containers: [b, { name: 'd' }, c] },
    ],
    [
      '$setElementOrder orders scalars',
      { finalizers: ['x', 'y'] },
      { '$setElementOrder/finalizers': ['z', 'y', 'x'], finalizers: ['z'] },
      { finalizers: ['z', 'y', 'x'] },
    ],
    [
      '$retainKeys clears the others',
      { strategy: { type: 'Rolling', rolling: { max: '1' } } },
      { strategy: { $retainKeys: ['type'], type: 'Recreate' } },
      { strategy: { type: 'Recreate' } },
    ],
    [
      'directives in new members are obeyed',
      {},
      { containers: [a, { $patch: 'delete', name: 'b' }] },
      { containers: [a] },
    ],
    [
      'lists in any JSON are replaced',
      { raw: { l: [1], m: { n: 1 } } },
      { raw: { l: [2], m: { o: 2 } } },
      { raw: { l: [2], m: { n: 1, o: 2 } } },
    ],
  ])('%s', (_, object, patch, expected) => {
    expect(applyStrategicMergePatch(Spec, deepFreeze(object), deepFreeze(patch))).toEqual(expected);
  });

  test.each<[object, object, string]>([
    [
      { containers: [a] },
      { containers: [{ image: '2' }] },
      'map: map[image:2] does not contain declared merge key: name',
    ],
    [{ labels: {} }, { labels: { $patch: 'frob' } }, 'unknown patch type: frob in map: map[$patch:frob]'],
    [
      { strategy: { type: 'x' } },
      { strategy: { $retainKeys: ['type'], rolling: {} } },
      'invalid patch format of retainKeys',
    ],
    [{ finalizers: ['x'] }, { $deleteFromPrimitiveList: ['x'] }, 'invalid patch format of primitive list'],
    [{ foo: {} }, { foo: {} }, 'unable to find api field in struct Spec for the json field "foo"'],
    [{ containers: [a] }, { containers: ['a'] }, 'list element types are not identical: [[map[image:1 name:a]] [a]]'],
    [
      { containers: [a, b] },
      { '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }], containers: [b, a] },
      "The order in patch list:\n[map[image:1 name:b] map[image:1 name:a]]\n doesn't match $setElementOrder list:\n[map[name:a] map[name:b]]\n",
    ],
  ])('%j with %j is refused', (object, patch, message) => {
    expect(() => applyStrategicMergePatch(Spec, object, patch)).toThrow(message);
  });

  test('prototypes are out of reach', () => {
    applyStrategicMergePatch(Spec, { labels: {} }, { labels: JSON.parse('{"__proto__":{"polluted":"true"}}') });
    expect(({} as { polluted?: string }).polluted).toBeUndefined();
  });

  const text = fc.constantFrom('x', 'y', 'z');
  const texts = fc.dictionary(text, text);
  const port = fc.record({ port: fc.integer({ min: 1, max: 3 }), name: text });
  const uniqueBy = <T>(item: fc.Arbitrary<T>, selector: (value: T) => unknown) =>
    fc.uniqueArray(item, { selector, maxLength: 3 });
  const container = fc.record(
    { name: text, image: text, args: fc.array(text, { maxLength: 2 }), ports: uniqueBy(port, ({ port }) => port) },
    { requiredKeys: ['name'] },
  );
  const spec = fc.record(
    {
      containers: uniqueBy(container, ({ name }) => name),
      finalizers: fc.uniqueArray(text),
      strategy: fc.record({ type: text, rolling: texts }, { requiredKeys: [] }),
      replaced: texts,
      labels: texts,
      raw: fc.dictionary(text, fc.array(fc.integer(), { maxLength: 2 })),
    },
    { requiredKeys: [] },
  );
  /** Lists in merge order may stay empty where they were absent. */
  const withoutEmptyLists = (value: unknown) =>
    JSON.parse(JSON.stringify(value), (_, member) =>
      Array.isArray(member) && member.length === 0 ? undefined : member,
    );

  test('a patch between two objects leads from one to the other, and again changes nothing', () => {
    fc.assert(
      fc.property(spec, spec, (from, to) => {
        const patch = createStrategicMergePatch(Spec, deepFreeze(from), deepFreeze(to));
        const result = applyStrategicMergePatch(Spec, from, patch);
        expect(withoutEmptyLists(result)).toEqual(withoutEmptyLists(to));
        expect(applyStrategicMergePatch(Spec, result, patch)).toEqual(result);
      }),
      { numRuns: 1000 },
    );
  });

  test.each<[string, object, object, object]>([
    [
      'items of lists that keep keys say which they keep',
      { volumes: [a, b] },
      { volumes: [{ name: 'a', args: ['x'] }, b] },
      {
        volumes: [{ $retainKeys: ['args', 'name'], name: 'a', image: null, args: ['x'] }],
        '$setElementOrder/volumes': [{ name: 'a' }, { name: 'b' }],
      },
    ],
    [
      'of items with the same key the first is compared with the first',
      { containers: [a, b, { name: 'b', image: '2' }] },
      { containers: [b, { name: 'b', image: '3' }, a] },
      {
        containers: [{ name: 'b', image: '3' }],
        '$setElementOrder/containers': [{ name: 'b' }, { name: 'b' }, { name: 'a' }],
      },
    ],
    [
      'deletions come last, in the order of their keys',
      { containers: [c, b, a] },
      { containers: [{ name: 'd' }] },
      {
        containers: [{ name: 'd' }, ...['a', 'b', 'c'].map((name) => ({ $patch: 'delete', name }))],
        '$setElementOrder/containers': [{ name: 'd' }],
      },
    ],
  ])('%s', (_, from, to, patch) => {
    expect(createStrategicMergePatch(Spec, from, to)).toEqual(patch);
  });

  test('a three-way patch brings what is wanted, deletes what was applied, and keeps what others set', () => {
    const original = { containers: [a, b], labels: { x: '1', y: '1' } };
    const modified = { containers: [{ name: 'a', image: '2' }], labels: { x: '2' } };
    const current = {
      containers: [{ ...a, args: ['s'] }, b, c],
      labels: { x: '1', y: '1', server: '1' },
      finalizers: ['f'],
    };
    const patch = createThreeWayStrategicMergePatch(Spec, { original, modified, current });
    expect(patch).toEqual({
      '$setElementOrder/containers': [{ name: 'a' }],
      containers: [
        { name: 'a', image: '2' },
        { $patch: 'delete', name: 'b' },
      ],
      labels: { x: '2', y: null },
    });
    expect(applyStrategicMergePatch(Spec, current, patch)).toEqual({
      containers: [{ name: 'a', image: '2', args: ['s'] }, c],
      labels: { x: '2', server: '1' },
      finalizers: ['f'],
    });
  });
});
