import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeValue } from '#machinery/codec/json.ts';
import { valueDecoder } from '#machinery/codec/value-decoder.ts';
import { applyConfiguration } from './apply-configuration.ts';
import { isEmptySet } from './field-set.ts';
import { type FieldsEntries, type FieldsEntry, fieldsOf } from './managed-fields.ts';
import type { JsonObject, MapShape } from './shape.ts';
import { shapeOf } from './shape.ts';
import { fieldRules } from './system-fields.ts';
import { Sample } from './testing/sample-kind.ts';
import { updateFields } from './update-fields.ts';
import { singleVersion } from './versions.ts';

const API_VERSION = 'example/v1';
const HEAD = { apiVersion: API_VERSION, kind: 'Sample' };
const versions = singleVersion(API_VERSION, shapeOf(Sample) as MapShape);
const rules = fieldRules(['status']);
const blank = valueDecoder(Sample).zero() as JsonObject;

/** An object and its owners; every step makes a new one, a second later. */
class World {
  readonly object: JsonObject;
  readonly entries: FieldsEntries;
  readonly second: number;

  constructor(object: JsonObject = {}, entries: FieldsEntries = [], second = 0) {
    this.object = object;
    this.entries = entries;
    this.second = second;
  }

  #call(manager: string, operation: 'Apply' | 'Update') {
    const now = `2026-01-01T00:00:${String(this.second + 1).padStart(2, '0')}Z`;
    const writer = { manager, operation, apiVersion: API_VERSION, subresource: '' };
    return { writer, now, versions, rules, entries: this.entries };
  }

  apply(manager: string, config: object, force = false): World {
    const { object, entries } = applyConfiguration({
      ...this.#call(manager, 'Apply'),
      live: this.object,
      config: { ...HEAD, ...config },
      kind: 'Sample',
      blank,
      force,
      exists: this.second > 0,
    });
    return new World(decodeValue(object, Sample).object as JsonObject, entries, this.second + 1);
  }

  update(manager: string, object: object): World {
    const next = decodeValue({ ...HEAD, ...object }, Sample).object as JsonObject;
    const old = this.second === 0 ? blank : this.object;
    const entries = updateFields({ ...this.#call(manager, 'Update'), old, next });
    return new World(next, entries, this.second + 1);
  }

  fieldsOf(manager: string): unknown {
    const entry = this.entries.find((each) => each.manager === manager);
    return entry && fieldsOf(entry);
  }
}

const spec = (members: object) => ({ metadata: { name: 'x' }, spec: members });
const NOTHING = { metadata: { name: 'x' } };
const message = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return (error as Error).message;
  }
  return '';
};

describe('apply', () => {
  test('merges keyed lists, in the order of what is applied', () => {
    const world = new World()
      .update(
        'a',
        spec({
          containers: [
            { name: 'one', image: '1' },
            { name: 'two', image: '2' },
          ],
        }),
      )
      .apply('b', spec({ containers: [{ name: 'three' }, { name: 'two', command: ['x'] }] }));
    expect((world.object['spec'] as { containers: unknown }).containers).toEqual([
      { name: 'one', image: '1' },
      { name: 'three' },
      { name: 'two', image: '2', command: ['x'] },
    ]);
  });

  test('what nobody owns stays in an item that somebody else keeps', () => {
    const applied = new World().apply('a', spec({ containers: [{ name: 'one', image: '1' }] }));
    // A default, as it were: it came to be without an owner.
    const containers = [{ name: 'one', image: '1', limits: { cpu: '1' } }];
    const world = new World(spec({ containers }), applied.entries, 1)
      .apply('b', spec({ containers: [{ name: 'one', command: ['x'] }] }))
      .apply('a', spec({}));
    expect((world.object['spec'] as { containers: unknown }).containers).toEqual([
      { name: 'one', command: ['x'], limits: { cpu: '1' } },
    ]);
  });

  test.each<[string, object, object, object]>([
    ['a leaf', { replicas: 1 }, {}, {}],
    [
      'an item',
      { containers: [{ name: 'a' }, { name: 'b' }] },
      { containers: [{ name: 'b' }] },
      { containers: [{ name: 'b' }] },
    ],
    [
      'an atomic list',
      { containers: [{ name: 'a', command: ['x'] }] },
      { containers: [{ name: 'a' }] },
      { containers: [{ name: 'a' }] },
    ],
    ['untyped JSON', { extra: { a: 1, b: 2 } }, { extra: { b: 2 } }, { extra: { b: 2 } }],
    ['an atomic map', { nodeSelector: { a: '1' }, replicas: 1 }, { replicas: 1 }, { replicas: 1 }],
  ])('removes %s that is applied no longer', (_name, first, second, expected) => {
    const world = new World().apply('a', spec(first)).apply('a', spec(second));
    expect(world.object['spec']).toEqual(expected);
  });

  test('keeps what somebody else owns, too', () => {
    const world = new World()
      .apply('a', spec({ replicas: 1 }))
      .apply('b', spec({ replicas: 1 }))
      .apply('a', NOTHING);
    expect(world.object['spec']).toEqual({ replicas: 1 });
    expect(world.entries.map(({ manager }) => manager)).toEqual(['b']);
  });

  test('removes an item with all that others own in it, unless they own the item', () => {
    const world = new World()
      .apply('a', spec({ containers: [{ name: 'c' }] }))
      .update('b', spec({ containers: [{ name: 'c', image: 'x' }] }));
    const both = world.apply('d', spec({ containers: [{ name: 'c' }] }));
    expect(world.apply('a', NOTHING).object['spec']).toEqual({});
    expect(both.apply('a', NOTHING).object['spec']).toEqual({ containers: [{ name: 'c', image: 'x' }] });
  });

  test('takes ports by number and protocol', () => {
    const ports = (...list: object[]) => spec({ containers: [{ name: 'c', ports: list }] });
    const world = new World()
      .apply('a', ports({ port: 53, protocol: 'UDP' }))
      .apply('b', ports({ port: 53, protocol: 'TCP', name: 'dns' }));
    expect(world.object).toMatchObject({
      spec: {
        containers: [
          {
            ports: [
              { port: 53, protocol: 'UDP' },
              { port: 53, protocol: 'TCP', name: 'dns' },
            ],
          },
        ],
      },
    });
  });

  test('ends with conflicts by owner, each with its fields', () => {
    const world = new World()
      .update('one', spec({ replicas: 1, containers: [{ name: 'c', image: 'x' }] }))
      .apply('two', { metadata: { name: 'x', labels: { a: '1' } } });
    const config = {
      metadata: { name: 'x', labels: { a: '2' } },
      spec: { replicas: 2, containers: [{ name: 'c', image: 'y' }] },
    };
    expect(message(() => world.apply('three', config))).toBe(
      [
        'Apply failed with 3 conflicts: conflicts with "one" using example/v1:',
        '- .spec.replicas',
        '- .spec.containers[name="c"].image',
        'conflicts with "two":',
        '- .metadata.labels.a',
      ].join('\n'),
    );
    expect(message(() => world.apply('three', spec({ replicas: 2 })))).toBe(
      'Apply failed with 1 conflict: conflict with "one" using example/v1: .spec.replicas',
    );
    const forced = world.apply('three', config, true);
    expect(forced.object['spec']).toMatchObject({ replicas: 2 });
    expect(forced.fieldsOf('two')).toBeUndefined();
  });

  test('makes those who wrote before anybody was tracked one owner', () => {
    const untracked = new World({ ...HEAD, ...spec({ replicas: 1 }) }, [], 1);
    expect(untracked.apply('a', spec({ nodeSelector: { a: 'b' } })).fieldsOf('before-first-apply')).toEqual({
      'f:spec': { 'f:replicas': {} },
    });
    expect(message(() => untracked.apply('a', spec({ replicas: 2 })))).toContain('"before-first-apply" using');
  });

  test('lets kubectl take over what client-side apply wrote and nobody changed since', () => {
    const record = JSON.stringify({ ...HEAD, ...spec({ replicas: 1, nodeSelector: { a: '1' } }) });
    const annotated = (members: object) => ({
      ...HEAD,
      metadata: { name: 'x', annotations: { 'kubectl.kubernetes.io/last-applied-configuration': record } },
      spec: members,
    });
    const owner: FieldsEntry = {
      manager: 'kubectl-client-side-apply',
      operation: 'Update',
      apiVersion: API_VERSION,
      fieldsType: 'FieldsV1',
      fieldsV1: { 'f:spec': { 'f:replicas': {}, 'f:nodeSelector': {} } },
    };
    const world = new World(annotated({ replicas: 1, nodeSelector: { a: '1' } }), [owner], 1);
    expect(world.apply('kubectl', spec({ replicas: 5 })).object['spec']).toMatchObject({ replicas: 5 });
    expect(message(() => world.apply('other', spec({ replicas: 5 })))).toContain('1 conflict');
    const changed = new World(annotated({ replicas: 3, nodeSelector: { a: '1' } }), [owner], 1);
    expect(message(() => changed.apply('kubectl', spec({ replicas: 5 })))).toContain('1 conflict');
  });

  test.each<[string, object, string]>([
    ['an unknown field', spec({ nonsense: 1 }), '.spec.nonsense: field not declared in schema'],
    ['a wrong type', spec({ replicas: 'x' }), '.spec.replicas: expected numeric (int or float), got string'],
    ['a list for a map', { metadata: { name: 'x', labels: [] } }, '.metadata.labels: expected map, got &{[]}'],
    [
      'two items with one key',
      spec({ containers: [{ name: 'a' }, { name: 'a' }] }),
      '.spec.containers: duplicate entries for key [name="a"]',
    ],
  ])('refuses %s', (_name, config, expected) => {
    expect(message(() => new World().apply('a', config))).toBe(
      `failed to create typed patch object (/x; example/v1, Kind=Sample): ${expected}`,
    );
  });

  test.each<[string, object, string]>([
    ['another kind', { kind: 'Other' }, 'invalid object type: example/v1, Kind=Other'],
    ['managedFields', { metadata: { name: 'x', managedFields: [] } }, 'metadata.managedFields must be nil'],
  ])('refuses %s', (_name, config, expected) => {
    expect(message(() => new World().apply('a', config))).toBe(expected);
  });
});

describe('other writes', () => {
  test('own what they write, and nobody else does any more', () => {
    const world = new World().update('a', spec({ replicas: 1 })).update('b', spec({ replicas: 2 }));
    expect(world.entries).toEqual([
      expect.objectContaining({ manager: 'b', operation: 'Update', fieldsV1: { 'f:spec': { 'f:replicas': {} } } }),
    ]);
  });

  test('change no time when they change nothing', () => {
    const world = new World().update('a', spec({ replicas: 1 }));
    expect(world.update('b', spec({ replicas: 1 })).entries).toBe(world.entries);
  });

  test('by more than ten managers are put together, the oldest first', () => {
    let world = new World().update('m0', spec({ replicas: 1, extra: {} }));
    for (let i = 1; i <= 12; i++) {
      const extra = Object.fromEntries(Array.from({ length: i }, (_, j) => [`k${j}`, j]));
      world = world.update(`m${i}`, spec({ replicas: 1, extra }));
    }
    expect(world.entries.map(({ manager }) => manager)).toEqual([
      'ancient-changes',
      ...Array.from({ length: 9 }, (_, i) => `m${i + 4}`),
    ]);
  });
});

describe('laws of apply', () => {
  const name = fc.constantFrom('a', 'b', 'c');
  const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });
  const container = fc.record({
    image: optional(name),
    command: optional(fc.array(name, { minLength: 1, maxLength: 2 })),
    ports: optional(
      fc.uniqueArray(fc.record({ port: fc.integer({ min: 1, max: 2 }), protocol: fc.constantFrom('TCP', 'UDP') }), {
        minLength: 1,
        maxLength: 3,
        selector: ({ port, protocol }) => `${port}/${protocol}`,
      }),
    ),
  });
  const config = fc
    .record({
      labels: optional(fc.dictionary(name, name, { minKeys: 1 })),
      finalizers: optional(fc.uniqueArray(name, { minLength: 1 })),
      replicas: optional(fc.integer({ min: 1, max: 3 })),
      nodeSelector: optional(fc.dictionary(name, name, { minKeys: 1 })),
      containers: optional(fc.dictionary(name, container, { minKeys: 1 })),
    })
    .map(({ labels, finalizers, replicas, nodeSelector, containers }) => ({
      metadata: { name: 'x', labels, finalizers },
      spec: {
        replicas,
        nodeSelector,
        containers: containers && Object.entries(containers).map(([key, value]) => ({ name: key, ...value })),
      },
    }))
    .map((value) => JSON.parse(JSON.stringify(value)) as object);

  test('applying twice changes nothing the second time', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const once = new World().apply('a', first, true).apply('b', second, true);
        const twice = once.apply('b', second);
        expect([twice.object, twice.entries]).toEqual([once.object, once.entries]);
      }),
    );
  });

  test('what a manager applies is there, and stays when others apply other things', () => {
    fc.assert(
      fc.property(config, config, config, (first, second, third) => {
        const world = new World().apply('a', first, true).apply('b', second, true).apply('c', third, true);
        for (const entry of world.entries) {
          const owned = fieldsOf(entry);
          expect(isEmptySet(owned)).toBe(false);
          // Applying again what is left of one's configuration asks nobody and changes nothing.
          const again = world.apply(entry.manager as string, extract(world.object, owned));
          expect(again.object).toEqual(world.object);
        }
      }),
    );
  });

  test('an empty configuration leaves only what others own', () => {
    fc.assert(
      fc.property(config, config, (first, second) => {
        const alone = new World().apply('b', second, true);
        const world = new World().apply('b', second, true).apply('a', first, true).apply('a', NOTHING);
        const left = world.entries.find(({ manager }) => manager === 'b');
        if (left === undefined) return;
        // What b still owns is as b applied it, but for the order of items.
        const kept = inOrder(extract(world.object, fieldsOf(left)));
        expect(inOrder(extract(alone.object, fieldsOf(left)))).toEqual(kept);
      }),
    );
  });

  /** The part of an object that a set names, with the keys of its items. */
  function extract(object: JsonObject, set: object): JsonObject {
    const fields = set as FieldsSet;
    return {
      ...(pick(object, fields) as JsonObject),
      metadata: { ...(pick(object, fields) as Meta).metadata, name: 'x' },
    };
  }
  interface Meta {
    metadata?: object;
  }
  interface FieldsSet {
    [element: string]: FieldsSet;
  }
  const isWhole = (set: FieldsSet) => Object.keys(set).every((element) => element === '.');

  function pick(value: unknown, set: FieldsSet): unknown {
    if (Array.isArray(value)) {
      return value.flatMap((item: unknown) => {
        const element = Object.keys(set).find((each) => matches(each, item));
        return element === undefined
          ? []
          : [isWhole(set[element]!) ? keysOnly(element, item) : pickItem(item, element, set)];
      });
    }
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).filter(([key]) => set[`f:${key}`] !== undefined);
    return Object.fromEntries(
      members.map(([key, member]) => [key, isWhole(set[`f:${key}`]!) ? member : pick(member, set[`f:${key}`]!)]),
    );
  }

  const pickItem = (item: unknown, element: string, set: FieldsSet) => ({
    ...(pick(item, set[element]!) as object),
    ...(keysOnly(element, item) as object),
  });

  function keysOnly(element: string, item: unknown): unknown {
    return element.startsWith('k:') ? JSON.parse(element.slice(2)) : item;
  }

  function matches(element: string, item: unknown): boolean {
    if (element.startsWith('v:')) return JSON.parse(element.slice(2)) === item;
    if (!element.startsWith('k:')) return false;
    return Object.entries(JSON.parse(element.slice(2)) as object).every(
      ([key, value]) => (item as Record<string, unknown>)[key] === value,
    );
  }

  function inOrder(value: unknown): unknown {
    if (Array.isArray(value))
      return value.map(inOrder).sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(members.map(([key, member]) => [key, inOrder(member)]));
  }
});
