import { expect, test } from 'vitest';
import { parseRequestPath } from '../request-path.ts';
import { requestAttributes } from './request-attributes.ts';

test.each([
  ['GET', 'list', 'one'],
  ['DELETE', 'deletecollection', ''],
])('%s of a collection with one name picked is %s of %j', (method, verb, name) => {
  const target = parseRequestPath(method, '/api/v1/namespaces/default/configmaps', false);
  if (target === undefined) throw new Error('no target');
  const query = new URLSearchParams({ fieldSelector: 'metadata.name=one' });
  expect(requestAttributes(target, { user: { name: 'ann', groups: [] }, verb, query })).toMatchObject({ verb, name });
});
