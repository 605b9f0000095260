import { expect, test } from 'vitest';
import { Events as CoreEvents } from '#api/core/v1/event.ts';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { EventsV1 } from './event.ts';

const METADATA = { name: 'a', namespace: 'b' };
const event = (more: object = {}) => ({
  metadata: METADATA,
  eventTime: '2026-01-01T00:00:00.000000Z',
  reportingController: 'example.com/it',
  reportingInstance: 'it-1',
  action: 'Testing',
  reason: 'Tested',
  regarding: { kind: 'Pod', name: 'p', namespace: 'b' },
  type: 'Normal',
  ...more,
});

test.each<[string, object, string[]]>([
  ['is well', event(), []],
  [
    'says nothing',
    event({ eventTime: undefined, type: 'Odd' }),
    ['eventTime: Required value', 'type: Invalid value: "": has invalid value: Odd'],
  ],
  [
    'is reported by nobody',
    event({ reportingController: undefined, reportingInstance: undefined, action: 'x'.repeat(129) }),
    [
      'reportingController: Required value',
      'reportingController: Invalid value: "": name part must be non-empty',
      `reportingController: Invalid value: "": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')`,
      'reportingInstance: Required value',
      'action: Invalid value: "": can have at most 128 characters',
    ],
  ],
  [
    'speaks the language of the core group',
    event({ deprecatedCount: 1, deprecatedSource: { component: 'c' }, series: { count: 1 } }),
    [
      'series.count: Invalid value: "": should be at least 2',
      'series.lastObservedTime: Required value',
      'count: Invalid value: "": needs to be unset',
      'source: Invalid value: "": needs to be unset',
    ],
  ],
])('an event that %s', (_, object, expected) => {
  expect(createErrors(EventsV1, object)).toEqual(expected);
});

test('an event goes on as a series and changes in nothing else', () => {
  const series = { count: 2, lastObservedTime: '2026-01-01T00:00:01.000000Z' };
  expect(updateErrors(EventsV1, event(), event({ series }))).toEqual([]);
  expect(updateErrors(EventsV1, event({ note: 'a' }), event({ note: 'b' }))).toEqual([
    'message: Invalid value: "b": field is immutable',
  ]);
});

test('the core group names who reports in its own words, once an event has a time of its own', () => {
  const core = { metadata: METADATA, involvedObject: { namespace: 'b' }, reason: 'r', action: 'a' };
  expect(createErrors(CoreEvents, core)).toEqual([]);
  const timed = { ...core, eventTime: '2026-01-01T00:00:00.000000Z', reportingInstance: 'i', reportingComponent: '/' };
  expect(createErrors(CoreEvents, timed)[0]).toBe(
    'reportingComponent: Invalid value: "/": prefix part must be non-empty',
  );
});
