import { expect, test } from 'vitest';
import { FieldPath, required } from './field-error.ts';
import { newForbidden, newInvalid, newTooManyRequests, StatusError } from './status-error.ts';

const PODS = { group: '', resource: 'pods' };
const CAUSES = [{ reason: 'FieldValueRequired', message: 'Required value', field: 'a' }];

test.each<[string, StatusError, object]>([
  ['of a list', newForbidden(PODS, '', 'no'), { kind: 'pods' }],
  ['of one object', newForbidden(PODS, 'p', 'no'), { name: 'p', kind: 'pods' }],
  ['of what has no kind', newInvalid({ group: '', kind: '' }, '', [required(new FieldPath('a'))]), { causes: CAUSES }],
  [
    'of a kind told with more than its name',
    newInvalid(
      { group: 'apps', kind: 'Deployment', plural: 'deployments' } as { group: string; kind: string },
      'd',
      [],
    ),
    { name: 'd', group: 'apps', kind: 'Deployment' },
  ],
  ['without a time to wait', newTooManyRequests('no', 0), {}],
])('details %s hold nothing that is empty', (_, { status }, details) => {
  expect(status.details).toStrictEqual(details);
});

test('of faults without number the first ones are told', () => {
  const errors = Array.from({ length: 20_000 }, (_, index) => required(new FieldPath('a').index(index)));
  const { status } = newInvalid({ group: '', kind: 'A' }, 'a', errors);
  expect(status.details?.causes?.length).toBe(10_000);
  expect(status.message).toContain('a[9999]: Required value');
  expect(status.message).not.toContain('a[10000]');
});

test('is written member by member as Go does', () => {
  const { status } = new StatusError({
    code: 422,
    details: { retryAfterSeconds: 3, causes: [{ field: 'a', message: 'no', reason: 'b' }], kind: 'Pod', name: 'p' },
    reason: 'Invalid',
    message: 'wrong',
  });
  expect(JSON.stringify(status)).toBe(
    '{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"wrong","reason":"Invalid",' +
      '"details":{"name":"p","kind":"Pod","causes":[{"reason":"b","message":"no","field":"a"}],"retryAfterSeconds":3},' +
      '"code":422}',
  );
});
