import { expect, test } from 'vitest';
import { parseJsonValue } from '#machinery/codec/json-syntax.ts';
import { boundedSeconds, millisecondsOf } from './seconds.ts';

test.each([
  ['0', 0],
  ['30', 30],
  ['-1', -1],
  ['9223372036', 9_223_372_036],
  ['9223372036854775807', 9_223_372_036],
  ['-9223372036854775808', -9_223_372_036],
])('%s seconds', (text, seconds) => {
  const value = parseJsonValue(text) as number;
  expect([boundedSeconds(value), millisecondsOf(value)]).toEqual([seconds, seconds * 1000]);
});
