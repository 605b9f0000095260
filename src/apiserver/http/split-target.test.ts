import { expect, test } from 'vitest';
import { splitTarget } from './split-target.ts';

test.each([
  ['/api/v1/pods', '/api/v1/pods', ''],
  ['/api/v1/pods?limit=1&a=%2F?', '/api/v1/pods', 'limit=1&a=%2F%3F'],
  ['https://server:6443/api/v1/pods?limit=1', '/api/v1/pods', 'limit=1'],
  ['HTTP://server/healthz', '/healthz', ''],
  ['https://server', '/', ''],
  ['https://server?a=b', '/', 'a=b'],
  ['//server/healthz', '//server/healthz', ''],
  ['*', '*', ''],
  ['ftp://server/healthz', 'ftp://server/healthz', ''],
])('%s names a path and a query', (target, path, query) => {
  const split = splitTarget(target);
  expect([split.path, split.query.toString()]).toEqual([path, query]);
});
