import { expect, test } from 'vitest';
import { ageSince, humanDuration } from './age.ts';

const S = 1000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;

test.each([
  [-2 * S, '<invalid>'],
  [-1 * S, '0s'],
  [0, '0s'],
  [119 * S, '119s'],
  [150 * S, '2m30s'],
  [10 * M, '10m'],
  [179 * M, '179m'],
  [3 * H + 5 * M, '3h5m'],
  [8 * H + 5 * M, '8h'],
  [2 * D + 3 * H, '2d3h'],
  [9 * D, '9d'],
  [400 * D, '400d'],
  [2 * 365 * D + 30 * D, '2y30d'],
  [9 * 365 * D, '9y'],
])('%d ms read as %s', (milliseconds, text) => {
  expect(humanDuration(milliseconds)).toBe(text);
});

test('an age without a time is unknown', () => {
  expect(ageSince(undefined, 0)).toBe('<unknown>');
  expect(ageSince('1970-01-01T00:00:00Z', 5 * S)).toBe('5s');
});
