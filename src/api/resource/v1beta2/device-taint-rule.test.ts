import { expect, test } from 'vitest';
import { createErrors, defaulted, NOW, statusErrors } from '#api/testing/defaulted.ts';
import { type DeviceTaintRule, DeviceTaintRules, selectsDevice } from './device-taint-rule.ts';

const rule = (deviceSelector: object | undefined, taint: object = {}) => ({
  metadata: { name: 'r' },
  spec: {
    ...(deviceSelector && { deviceSelector }),
    taint: { key: 'example.com/broken', effect: 'NoExecute', ...taint },
  },
});

test.each<[string, object, string[]]>([
  ['for every device', rule({}), []],
  ['for none', rule(undefined), []],
  ['for one device', rule({ driver: 'gpu.example.com', pool: 'a/b', device: 'gpu-0' }), []],
  [
    'with names that nothing has',
    rule({ driver: '', pool: '', device: 'A' }),
    [
      'spec.deviceSelector.driver: Required value',
      'spec.deviceSelector.pool: Required value',
      expect.stringContaining('spec.deviceSelector.device: Invalid value: "A"'),
    ],
  ],
  [
    'of an effect that there is not',
    rule({}, { effect: 'Never' }),
    ['spec.taint.effect: Unsupported value: "Never": supported values: "NoExecute", "NoSchedule", "None"'],
  ],
])('a rule %s', (_, object, errors) => {
  expect(createErrors(DeviceTaintRules, object)).toEqual(errors);
});

test('its status has eight conditions at most', () => {
  const condition = { status: 'True', reason: 'Because', message: '', lastTransitionTime: NOW };
  const conditions = Array.from({ length: 9 }, (_, index) => ({ ...condition, type: `T${index}` }));
  const before = rule({});
  expect(statusErrors(DeviceTaintRules, before, { ...before, status: { conditions } })).toEqual([
    'status.conditions: Too many: 9: must have at most 8 items',
  ]);
});

const OLD = '2026-01-01T00:00:00Z';
test.each([
  ['a taint counts from now', rule({}), undefined, NOW],
  ['or from when its writer says', rule({}, { timeAdded: OLD }), undefined, OLD],
  [
    'it counts from when its effect changed',
    rule({}, { timeAdded: OLD }),
    rule({}, { effect: 'None', timeAdded: OLD }),
    NOW,
  ],
  ['unless its writer says otherwise', rule({}, { timeAdded: OLD }), rule({}, { effect: 'None', timeAdded: NOW }), OLD],
  ['and stays as long as its effect does', rule({}, { value: 'x', timeAdded: OLD }), rule({}, { timeAdded: OLD }), OLD],
])('%s', (_, object, before, want) => {
  const written = defaulted<DeviceTaintRule>(DeviceTaintRules, object);
  const { strategy } = DeviceTaintRules;
  if (before) strategy.prepareForUpdate?.(written, defaulted<DeviceTaintRule>(DeviceTaintRules, before), NOW);
  else strategy.prepareForCreate?.(written, NOW);
  expect(written.spec.taint.timeAdded).toBe(want);
});

test.each([
  [undefined, false],
  [{}, true],
  [{ driver: 'd', pool: 'p', device: 'x' }, true],
  [{ driver: 'd', pool: 'other' }, false],
  [{ device: 'x' }, true],
])('%o picks: %s', (selector, want) => {
  const made = defaulted<DeviceTaintRule>(DeviceTaintRules, rule(selector));
  expect(selectsDevice(made, { driver: 'd', pool: 'p', device: 'x' })).toBe(want);
});
