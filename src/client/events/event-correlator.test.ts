import { expect, test } from 'vitest';
import type { Event } from '#api/core/v1/event.ts';
import { EventCorrelator } from './event-correlator.ts';

const MINUTE = 60_000;
let names = 0;
const event = (message: string, more: Partial<Event> = {}): Event =>
  ({
    metadata: { name: `web.${++names}`, namespace: 'default' },
    involvedObject: { kind: 'Pod', name: 'web', namespace: 'default', uid: 'u' },
    reason: 'Failed',
    type: 'Warning',
    message,
    ...more,
  }) as Event;
const told = (correlator: EventCorrelator, one: Event, now = 0) => {
  const found = correlator.correlate(one, now);
  return found && [found.event.message, found.event.count, found.isRepeated];
};

test('the same event again counts up the first one, under its name', () => {
  const correlator = new EventCorrelator();
  const first = correlator.correlate(event('no image', { firstTimestamp: '2026-01-01T00:00:00Z' }), 0);
  const second = correlator.correlate(event('no image', { firstTimestamp: '2026-01-01T00:10:00Z' }), 10 * MINUTE);
  expect([first?.event.count, first?.isRepeated]).toEqual([1, false]);
  expect(second).toEqual({ event: { ...first?.event, count: 2 }, isRepeated: true });
});

test('ten that differ only in what they say become one, until none has come for ten minutes', () => {
  const correlator = new EventCorrelator();
  for (let n = 1; n < 10; n++) expect(told(correlator, event(`try ${n}`))).toEqual([`try ${n}`, 1, false]);
  const combined = '(combined from similar events): try';
  expect(told(correlator, event('try 10'))).toEqual([`${combined} 10`, 1, false]);
  expect(told(correlator, event('try 11'))).toEqual([`${combined} 11`, 2, true]);
  expect(told(correlator, event('other', { reason: 'Other' }))).toEqual(['other', 1, false]);
  expect(told(correlator, event('try 12'), 11 * MINUTE)).toEqual(['try 12', 1, false]);
});

test('of one object a source tells 25 at once and one more every five minutes', () => {
  const correlator = new EventCorrelator();
  const tell = (now: number, more?: Partial<Event>) => told(correlator, event('again', more), now)?.[1];
  expect(Array.from({ length: 27 }, () => tell(0)).slice(23)).toEqual([24, 25, undefined, undefined]);
  // What was not told counts all the same.
  expect([tell(4 * MINUTE), tell(5 * MINUTE), tell(5 * MINUTE)]).toEqual([undefined, 29, undefined]);
  expect(tell(5 * MINUTE, { type: 'Normal' })).toBe(1);
});
