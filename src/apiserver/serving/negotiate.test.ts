import { expect, test } from 'vitest';
import { negotiate } from './negotiate.ts';

test('what is accepted is remembered, unless it is so long that it might fill the memory', () => {
  const long = `application/json;q=0.5${'0'.repeat(1000)}`;
  expect(negotiate('application/json;q=0.5')).toBe(negotiate('application/json;q=0.5'));
  expect(negotiate(long)).not.toBe(negotiate(long));
  expect(negotiate(long)).toEqual(negotiate('application/json;q=0.5'));
});
