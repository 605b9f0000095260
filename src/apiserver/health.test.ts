import { describe, expect, test } from 'vitest';
import { createLogger } from '#base/logger.ts';
import { HealthChecks } from './health.ts';
import type { Exchange, HeaderMap } from './http/exchange.ts';

let storeFails: string | undefined;
const checks = new HealthChecks(
  [
    { name: 'ping', check: () => undefined },
    { name: 'etcd', check: async () => storeFails },
    { name: 'poststarthook/rbac/bootstrap-roles', of: ['readyz'], check: () => undefined },
  ],
  createLogger(() => {}),
);

async function ask(path: string, query = '') {
  const answers: { code: number; headers: HeaderMap; text: string }[] = [];
  const exchange: Partial<Exchange> = {
    query: new URLSearchParams(query),
    respond: (code, headers, body) => void answers.push({ code, headers, text: Buffer.from(body).toString() }),
  };
  const isServed = await checks.serve(exchange as Exchange, path);
  return isServed ? answers[0] : undefined;
}
const HEADERS = {
  'content-type': 'text/plain; charset=utf-8',
  'x-content-type-options': 'nosniff',
};

describe('health', () => {
  test.each<[string, string, string | undefined, [code: number, text: string] | undefined]>([
    ['/readyz', '', undefined, [200, 'ok']],
    [
      '/readyz',
      'verbose',
      undefined,
      [200, '[+]ping ok\n[+]etcd ok\n[+]poststarthook/rbac/bootstrap-roles ok\nreadyz check passed\n'],
    ],
    ['/livez', 'verbose=1', undefined, [200, '[+]ping ok\n[+]etcd ok\nlivez check passed\n']],
    ['/livez', '', 'no answer', [500, '[+]ping ok\n[-]etcd failed: reason withheld\nlivez check failed\n']],
    ['/livez', 'exclude=etcd', 'no answer', [200, 'ok']],
    [
      '/healthz',
      'verbose&exclude=etcd&exclude=b&exclude=a',
      'no answer',
      [
        200,
        '[+]ping ok\n[+]etcd excluded: ok\nwarn: some health checks cannot be excluded: no matches for "a","b"\nhealthz check passed\n',
      ],
    ],
    ['/livez/etcd', '', undefined, [200, 'ok']],
    ['/livez/etcd', '', 'no answer', [500, 'internal server error: no answer\n']],
    ['/readyz/poststarthook/rbac/bootstrap-roles', '', undefined, [200, 'ok']],
    ['/livez/poststarthook/rbac/bootstrap-roles', '', undefined, undefined],
    ['/readyz/none', '', undefined, undefined],
    ['/elsewhere', '', undefined, undefined],
  ])('%s?%s with a store that says %s', async (path, query, fails, expected) => {
    storeFails = fails;
    const [code, text] = expected ?? [];
    expect(await ask(path, query)).toEqual(expected && { code, headers: HEADERS, text });
  });

  test('every check is told with its kind', async () => {
    storeFails = 'no answer';
    expect((await checks.results()).map(({ kind, name, ok }) => `${kind} ${name} ${ok}`)).toEqual([
      'healthz ping true',
      'healthz etcd false',
      'livez ping true',
      'livez etcd false',
      'readyz ping true',
      'readyz etcd false',
      'readyz poststarthook/rbac/bootstrap-roles true',
    ]);
  });
});
