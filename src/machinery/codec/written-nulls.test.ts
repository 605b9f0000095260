import { expect, test } from 'vitest';
import { list, message, opt, req, string } from '#machinery/schema/schema.ts';
import { writtenNulls } from './written-nulls.ts';

const Source = message('Source', { name: opt(1, string) });
const Volume = message('Volume', { sources: opt(1, list(Source), { nullWhenEmpty: true }), path: opt(2, string) });
const Spec = message('Spec', {
  volumes: opt(1, list(Volume)),
  limits: req(2, list(string), { nullWhenEmpty: true }),
  names: opt(3, list(string)),
});
const Kind = message('Kind', { spec: opt(1, Spec) });

test('types without such lists have no nulls', () => {
  expect(writtenNulls(Source)).toBeUndefined();
});

test.each<[string, object, object]>([
  ['nothing', {}, {}],
  ['an empty list', { spec: { limits: [] } }, { spec: { limits: null } }],
  [
    'lists below lists',
    { spec: { limits: ['a'], volumes: [{ sources: [{}] }, { path: 'x' }] } },
    { spec: { limits: ['a'], volumes: [{ sources: [{}] }, { path: 'x', sources: null }] } },
  ],
])('%s is shown as upstream shows it, and reads back', (_, object, shown) => {
  const nulls = writtenNulls(Kind);
  const put = nulls?.put(object);
  expect(put).toEqual(shown);
  const read = structuredClone(put);
  nulls?.take(read);
  expect(read).toEqual(object);
});

test('what has no empty list is not copied', () => {
  const object = { spec: { limits: ['a'], volumes: [{ sources: [{}] }] } };
  expect(writtenNulls(Kind)?.put(object)).toBe(object);
});
