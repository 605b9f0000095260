import { expect, test } from 'vitest';
import { finishing, firstSettled, type MaybePromise, recovering, whenThere } from './maybe-promise.ts';

/** The same value now and later, the same error thrown and rejected. */
const now = <T>(value: T): MaybePromise<T> => value;
const later = <T>(value: T): MaybePromise<T> => Promise.resolve(value);
const failing = {
  now: (): MaybePromise<string> => {
    throw new Error('bad');
  },
  later: (): MaybePromise<string> => Promise.reject(new Error('bad')),
};

test('goes on at once with what is there, and later with what is not', async () => {
  expect(whenThere(now(1), (value) => value + 1)).toBe(2);
  const pending = whenThere(later(1), (value) => value + 1);
  expect(pending).toBeInstanceOf(Promise);
  expect(await pending).toBe(2);
  expect(() =>
    whenThere(now(1), () => {
      throw new Error('bad');
    }),
  ).toThrow('bad');
  await expect(
    whenThere(later(1), () => {
      throw new Error('bad');
    }),
  ).rejects.toThrow('bad');
});

test('recovers from errors that are thrown and from those that reject', async () => {
  const told = (error: unknown) => (error as Error).message;
  expect(recovering(() => now('good'), told)).toBe('good');
  expect(recovering(failing.now, told)).toBe('bad');
  expect(await recovering(() => later('good'), told)).toBe('good');
  expect(await recovering(failing.later, told)).toBe('bad');
});

test('tells the end of work once, however it ends', async () => {
  let ended = 0;
  const over = () => void ended++;
  expect(finishing(() => now(1), over)).toBe(1);
  expect(ended).toBe(1);
  expect(() => finishing(failing.now, over)).toThrow('bad');
  expect(ended).toBe(2);
  const pending = finishing(() => later(1), over);
  expect(ended).toBe(2);
  expect(await pending).toBe(1);
  expect(ended).toBe(3);
  await expect(finishing(failing.later, over)).rejects.toThrow('bad');
  expect(ended).toBe(4);
});

test('asks one after another, no further than needed, whenever their answers come', async () => {
  for (const [first, second] of [
    [now, now],
    [now, later],
    [later, now],
    [later, later],
  ] as const) {
    const asked: number[] = [];
    const ask = (each: number) => {
      asked.push(each);
      return each === 1 ? first<number>(each) : second<number>(each);
    };
    expect(await firstSettled([1, 2, 3], ask, (answer) => (answer === 2 ? 'two' : undefined))).toBe('two');
    expect(asked).toEqual([1, 2]);
    expect(await firstSettled([1, 2, 3], ask, () => undefined)).toBeUndefined();
  }
});
