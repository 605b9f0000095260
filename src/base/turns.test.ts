import { expect, test } from 'vitest';
import { Turns } from './turns.ts';

test('those who want the same go one after another, others beside them, and a failure stops nobody', async () => {
  const turns = new Turns();
  const said: string[] = [];
  const releases: (() => void)[] = [];
  const work = (name: string) => async () => {
    said.push(`${name} begins`);
    await new Promise<void>((resolve) => releases.push(resolve));
    said.push(`${name} ends`);
    if (name === 'a') throw new Error('broken');
    return name;
  };
  const a = turns.take('x', work('a'));
  const b = turns.take('x', work('b'));
  const other = turns.take('y', work('other'));
  await Promise.resolve();
  expect(said).toEqual(['a begins', 'other begins']);
  for (const release of releases) release();
  await expect(a).rejects.toThrow('broken');
  expect(await other).toBe('other');
  await Promise.resolve();
  releases[2]?.();
  expect(await b).toBe('b');
  expect(said).toEqual(['a begins', 'other begins', 'a ends', 'other ends', 'b begins', 'b ends']);
});
