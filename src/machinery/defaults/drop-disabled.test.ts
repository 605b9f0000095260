import { expect, test } from 'vitest';
import { list, message, opt, string } from '#machinery/schema/schema.ts';
import { dropDisabled } from './drop-disabled.ts';

const Container = message('Container', {
  name: opt(1, string),
  signal: opt(2, string, { disabledBy: 'Signals' }),
});
const Hook = message('Hook', { signal: opt(1, string, { disabledBy: 'Signals' }), other: opt(2, string) });
const Kind = message('Kind', {
  containers: opt(1, list(Container)),
  group: opt(2, string, { disabledBy: 'Groups' }),
  hook: opt(3, Hook, { dropEmpty: true }),
  kept: opt(4, Hook),
});

test.each<[string, object | undefined, object]>([
  ['are dropped from new objects', undefined, { containers: [{ name: 'a' }] }],
  ['are dropped where others were used', { group: 'h' }, { containers: [{ name: 'a' }], group: 'g' }],
  [
    'stay everywhere where one was used',
    { containers: [{}, { signal: 'y' }] },
    { containers: [{ name: 'a', signal: 'x' }] },
  ],
])('fields whose gate is off %s', (_, old, expected) => {
  const object = { containers: [{ name: 'a', signal: 'x' }], group: 'g' };
  dropDisabled(Kind, object, old ? { old } : {});
  expect(object).toEqual(expected);
});

test('what holds nothing but such a field goes with it where its own field says so', () => {
  const object = { hook: { signal: 'x' }, kept: { signal: 'x' } };
  dropDisabled(Kind, object);
  expect(object).toEqual({ kept: {} });
  const other = { hook: { signal: 'x', other: 'y' } };
  dropDisabled(Kind, other);
  expect(other).toEqual({ hook: { other: 'y' } });
});

test('fields of gates that are on stay', () => {
  const object = { containers: [{ name: 'a', signal: 'x' }], group: 'g' };
  dropDisabled(Kind, object, { gates: new Set(['Groups']) });
  expect(object).toEqual({ containers: [{ name: 'a' }], group: 'g' });
});
