import { expect, test } from 'vitest';
import { FieldPath } from '#machinery/errors/field-error.ts';
import { validateClientConfig } from './client-config-validation.ts';

test('of a path with segments without number the first ones are told', () => {
  const service = { name: 'a', namespace: 'b', path: '/'.repeat(30_000) };
  const errors = validateClientConfig({ service }, new FieldPath('clientConfig'));
  // Each tells the whole path: together they would be a gigabyte.
  expect(errors.length).toBe(100);
});
