import { expect, test } from 'vitest';
import { gathered } from './gathered.ts';

test('what comes in one turn is handed on together, in order, and what comes meanwhile in the next', async () => {
  const seen: string[] = [];
  const give = gathered((item: string) => {
    seen.push(item);
    if (item === 'a') give('d');
  });
  for (const item of ['a', 'b', 'c']) give(item);
  expect(seen).toEqual([]);
  await new Promise(setImmediate);
  expect(seen).toEqual(['a', 'b', 'c']);
  await new Promise(setImmediate);
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
});
