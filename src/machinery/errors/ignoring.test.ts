import { expect, test } from 'vitest';
import { ignoring } from './ignoring.ts';
import { isNotFound, newConflict, newNotFound } from './status-error.ts';

const pods = { group: '', resource: 'pods' };

test('an error that is as good as success is none, any other stays one', async () => {
  expect(await ignoring(isNotFound, Promise.resolve(7))).toBe(7);
  expect(await ignoring(isNotFound, Promise.reject(newNotFound(pods, 'web')))).toBeUndefined();
  const conflict = newConflict(pods, 'web', 'changed');
  await expect(ignoring(isNotFound, Promise.reject(conflict))).rejects.toBe(conflict);
});
