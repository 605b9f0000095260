import { describe, expect, test } from 'vitest';
import { compareObjects } from './compare.ts';
import { fieldSetOf } from './field-set-of.ts';
import { type JsonObject, type MapShape, shapeOf } from './shape.ts';
import { fieldRules } from './system-fields.ts';
import { Sample } from './testing/sample-kind.ts';

const shape = shapeOf(Sample) as MapShape;
const spec = (members: object): JsonObject => ({ spec: members });

describe('the fields of a configuration', () => {
  test.each<[string, JsonObject, object]>([
    ['a leaf', spec({ replicas: 1 }), { 'f:replicas': {} }],
    ['an explicit null', spec({ replicas: null }), { 'f:replicas': {} }],
    ['an atomic struct', spec({ selector: { matchLabels: { a: 'b' } } }), { 'f:selector': {} }],
    ['an atomic map', spec({ nodeSelector: { a: 'b' } }), { 'f:nodeSelector': {} }],
    [
      'a keyed list',
      spec({ containers: [{ name: 'c', command: ['a'] }] }),
      { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:name': {}, 'f:command': {} } } },
    ],
    [
      'a list with two keys, one of them by default',
      spec({ containers: [{ name: 'c', ports: [{ port: 80 }, { port: 80, protocol: 'UDP' }] }] }),
      {
        'f:containers': {
          'k:{"name":"c"}': {
            '.': {},
            'f:name': {},
            'f:ports': {
              'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} },
              'k:{"port":80,"protocol":"UDP"}': { '.': {}, 'f:port': {}, 'f:protocol': {} },
            },
          },
        },
      },
    ],
    [
      'untyped JSON',
      spec({ extra: { a: { b: [1] }, c: 2 } }),
      { 'f:extra': { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': {} } },
    ],
    ['an empty list', spec({ containers: [] }), {}],
  ])('%s', (_name, config, expected) => {
    expect(fieldSetOf(shape, config)).toEqual(Object.keys(expected).length === 0 ? {} : { 'f:spec': expected });
  });

  test('maps and sets by their entries, empty ones as one', () => {
    const metadata = { labels: { a: '1' }, finalizers: ['x/y'] };
    expect(fieldSetOf(shape, { metadata })).toEqual({
      'f:metadata': { 'f:labels': { 'f:a': {} }, 'f:finalizers': { 'v:"x/y"': {} } },
    });
    expect(fieldSetOf(shape, { metadata: { labels: {} } })).toEqual({ 'f:metadata': { 'f:labels': {} } });
  });
});

describe('what a write changes', () => {
  const rules = fieldRules(['status']);
  test.each<[string, JsonObject, JsonObject, object, object]>([
    ['nothing', spec({ replicas: 1 }), spec({ replicas: 1 }), {}, {}],
    ['a leaf', spec({ replicas: 1 }), spec({ replicas: 2 }), { 'f:spec': { 'f:replicas': {} } }, {}],
    ['a leaf that goes', spec({ replicas: 1 }), spec({}), {}, { 'f:spec': { 'f:replicas': {} } }],
    [
      'an atomic map',
      spec({ nodeSelector: { a: '1' } }),
      spec({ nodeSelector: { b: '1' } }),
      { 'f:spec': { 'f:nodeSelector': {} } },
      {},
    ],
    [
      'a map that comes',
      { metadata: {} },
      { metadata: { labels: { a: '1' } } },
      { 'f:metadata': { 'f:labels': { '.': {}, 'f:a': {} } } },
      {},
    ],
    [
      'an entry of a map',
      { metadata: { labels: { a: '1', b: '1' } } },
      { metadata: { labels: { a: '2', c: '1' } } },
      { 'f:metadata': { 'f:labels': { 'f:a': {}, 'f:c': {} } } },
      { 'f:metadata': { 'f:labels': { 'f:b': {} } } },
    ],
    [
      'items of a set',
      { metadata: { finalizers: ['a', 'b'] } },
      { metadata: { finalizers: ['b', 'c'] } },
      { 'f:metadata': { 'f:finalizers': { 'v:"c"': {} } } },
      { 'f:metadata': { 'f:finalizers': { 'v:"a"': {} } } },
    ],
    [
      'an item of a keyed list',
      spec({ containers: [{ name: 'a', image: '1' }, { name: 'b' }] }),
      spec({ containers: [{ name: 'a', image: '2' }] }),
      { 'f:spec': { 'f:containers': { 'k:{"name":"a"}': { 'f:image': {} } } } },
      { 'f:spec': { 'f:containers': { 'k:{"name":"b"}': { '.': {}, 'f:name': {} } } } },
    ],
    [
      'the order of a keyed list',
      spec({ containers: [{ name: 'a' }, { name: 'b' }] }),
      spec({ containers: [{ name: 'b' }, { name: 'a' }] }),
      {},
      {},
    ],
    [
      'an item that is there twice',
      spec({ containers: [{ name: 'a' }] }),
      spec({ containers: [{ name: 'a' }, { name: 'a', image: '1' }] }),
      { 'f:spec': { 'f:containers': { 'k:{"name":"a"}': {} } } },
      { 'f:spec': { 'f:containers': { 'k:{"name":"a"}': { '.': {}, 'f:name': {} } } } },
    ],
    [
      'the kind of untyped JSON',
      spec({ extra: 1 }),
      spec({ extra: { a: 1 } }),
      { 'f:spec': { 'f:extra': { '.': {}, 'f:a': {} } } },
      {},
    ],
    [
      'what nobody owns',
      { kind: 'A', metadata: { name: 'a', uid: '1' } },
      { kind: 'B', metadata: { name: 'b' }, status: { phase: 'x' } },
      {},
      {},
    ],
  ])('%s', (_name, old, next, written, removed) => {
    expect(compareObjects(shape, old, next, rules.unwatched)).toEqual({ written, removed });
  });

  test('keys of maps that look like names of every object are but keys', () => {
    const next = { metadata: { labels: { constructor: 'a', 'a"{}!.b': '1', '\u0080\u0081': '2' } } };
    expect(compareObjects(shape, { metadata: { labels: {} } }, next).written).toEqual({
      'f:metadata': { 'f:labels': { 'f:constructor': {}, 'f:a"{}!.b': {}, 'f:\u0080\u0081': {} } },
    });
  });

  test('as many different keys as may be are told apart', () => {
    for (let i = 0; i < 60_000; i++) {
      const [old, next] = [{ metadata: { labels: { [`a${i}`]: '1' } } }, { metadata: { labels: { [`b${i}`]: '1' } } }];
      const { written, removed } = compareObjects(shape, old, next);
      if (i % 1000 === 0 || i > 49_990) {
        expect(written).toEqual({ 'f:metadata': { 'f:labels': { [`f:b${i}`]: {} } } });
        expect(removed).toEqual({ 'f:metadata': { 'f:labels': { [`f:a${i}`]: {} } } });
      }
    }
  });
});

describe('sets with an element that was never there', () => {
  const container = (name: string) => ({ name, ports: [{ port: 80 }] });
  const written = (...names: string[]) =>
    compareObjects(shape, {}, spec({ replicas: 1, containers: names.map(container) })).written as unknown as {
      'f:spec': { 'f:containers': Record<string, object> };
    };

  test('are whole and frozen, and share what others have too', () => {
    const [one, two] = [written('never-1', 'never-2'), written('never-1', 'never-3')];
    const fields = {
      '.': {},
      'f:name': {},
      'f:ports': { '.': {}, 'k:{"port":80,"protocol":"TCP"}': { '.': {}, 'f:port': {} } },
    };
    const containers = { '.': {}, 'k:{"name":"never-1"}': fields, 'k:{"name":"never-3"}': fields };
    expect(two).toEqual({ 'f:spec': { '.': {}, 'f:replicas': {}, 'f:containers': containers } });
    const parts = [one, two].map((set) => set['f:spec']['f:containers']['k:{"name":"never-1"}']);
    expect(parts[1]).toEqual(parts[0]);
    expect([two, two['f:spec'], parts[1]].every((node) => Object.isFrozen(node))).toBe(true);
    expect(written('never-1', 'never-3')).toEqual(two);
    expect(written('never-1', 'never-3')).toBe(written('never-1', 'never-3'));
  });
});
