import { expect, test } from 'vitest';
import { JsonRequestError } from './json-request.ts';
import { withRetries } from './retry.ts';

const noAnswer = (code?: string) =>
  new JsonRequestError('ask', undefined, { cause: Object.assign(new Error('no answer'), code ? { code } : {}) });
const answer = (status: number, retryAfter = false) => new JsonRequestError('ask', status, { retryAfter });

const AGAIN = [500, 750, 1125, 1687.5];

test.each([
  ['does not answer in time', noAnswer(), []],
  ['cannot be reached', noAnswer('ECONNREFUSED'), []],
  ['breaks off', noAnswer('ECONNRESET'), AGAIN],
  ['answers 400', answer(400), []],
  ['answers 429', answer(429), AGAIN],
  ['answers 500', answer(500), AGAIN],
  ['answers 503', answer(503), []],
  ['answers 503 and asks to come back later', answer(503, true), AGAIN],
  ['answers 504', answer(504), AGAIN],
])('one that %s is asked again after a while or not at all', async (_what, error, expected) => {
  const delays: number[] = [];
  const clock = { sleep: async (milliseconds: number) => void delays.push(milliseconds) };
  await expect(withRetries(clock, () => Promise.reject(error))).rejects.toBe(error);
  expect(delays).toEqual(expected);
});
