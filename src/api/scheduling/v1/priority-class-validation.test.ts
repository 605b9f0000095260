import { expect, test } from 'vitest';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { PriorityClasses } from './priority-class.ts';

const named = (name: string, parts: object) => ({ metadata: { name }, ...parts });

test.each<[string, object, string[]]>([
  ['of people', named('high', { value: 1_000_000_000 }), []],
  [
    'of people that is too high',
    named('high', { value: 1_000_000_001 }),
    ['value: Forbidden: maximum allowed value of a user defined priority is 1000000000'],
  ],
  ['of the system', named('system-node-critical', { value: 2_000_001_000 }), []],
  [
    'that pretends to be of the system',
    named('system-mine', { value: 1 }),
    [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: system-mine is not a known system priority class",
    ],
  ],
])('a priority class %s', (_, object, expected) => {
  expect(createErrors(PriorityClasses, object)).toEqual(expected);
});

test('a priority class keeps its value', () => {
  expect(
    updateErrors(PriorityClasses, named('a', { value: 1 }), named('a', { value: 2, preemptionPolicy: 'Never' })),
  ).toEqual([
    'value: Forbidden: may not be changed in an update.',
    'preemptionPolicy: Invalid value: "Never": field is immutable',
  ]);
});
