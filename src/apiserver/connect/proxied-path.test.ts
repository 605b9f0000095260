import { expect, test } from 'vitest';
import { proxiedPath } from './proxied-path.ts';

test.each([
  ['/api/v1/nodes/n/proxy', '', ''],
  ['/api/v1/nodes/n/proxy/', '', '/'],
  ['/api/v1/nodes/n/proxy/a', 'a', '/a'],
  ['/api/v1/nodes/n/proxy/a/b/', 'a/b', '/a/b/'],
  ['/api/v1/nodes/n/proxy/a%2Fb', 'a/b', '/a/b'],
  ['/api/v1/nodes/n%2Fproxy/a', 'a', '/a'],
  ['/api/v1/nodes/n/proxy/a%252Fb', 'a%2Fb', '/a%252Fb'],
  ['/api/v1/nodes/n/proxy/a%20b%3Fc%41', 'a b?cA', '/a%20b%3FcA'],
  ["/api/v1/nodes/n/proxy/it's(1)!*;a,b=c@d", "it's(1)!*;a,b=c@d", '/it%27s%281%29%21%2A;a,b=c@d'],
  ['/api/v1/nodes/n/proxy/%C3%A9%FF', 'é\uFFFD', '/%C3%A9%FF'],
  ['/api/v1/nodes/n/proxy//a//b', '/a//b', '/a/b'],
  ['/api/v1/nodes/n/proxy/a/../..%2F../b', 'a/../../../b', '/b'],
])('%s is asked for behind the proxy', (path, subpath, asked) => {
  expect(proxiedPath(path, { subpath })).toEqual({ path: asked, prefix: '/api/v1/nodes/n/proxy' });
});
