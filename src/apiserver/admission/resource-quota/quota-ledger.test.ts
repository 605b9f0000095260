import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ResourceQuota } from '#api/core/v1/resource-quota.ts';
import { readAmounts } from '#api/quota/amounts.ts';
import type { Settle } from '../admission.ts';
import type { AdmissionSource } from '../admission-source.ts';
import { QuotaLedger } from './quota-ledger.ts';

const quota = (name: string, pods: number): ResourceQuota => ({
  metadata: { name, namespace: 'd', resourceVersion: '1' },
  status: { hard: { pods: String(pods) }, used: { pods: '0' } },
});

/** Quotas in a store where somebody else touches a quota before every `rivalEvery`th write, so that the write conflicts. */
function storeOf(quotas: readonly ResourceQuota[], rivalEvery: number) {
  const stored = new Map(quotas.map((each) => [each.metadata?.name ?? '', each]));
  let writes = 0;
  let revision = 1;
  const put = (next: ResourceQuota) => {
    const written = { ...next, metadata: { ...next.metadata, resourceVersion: String(++revision) } };
    stored.set(next.metadata?.name ?? '', written);
    return written;
  };
  const source = {
    list: () => [...stored.values()],
    replace: async (_: unknown, next: ResourceQuota) => {
      await undefined;
      const name = next.metadata?.name ?? '';
      const lies = stored.get(name) as ResourceQuota;
      if (++writes % rivalEvery === 0) put(lies);
      const current = stored.get(name) as ResourceQuota;
      if (current.metadata?.resourceVersion !== next.metadata?.resourceVersion) return { written: false, current };
      return { written: true, current: put(next) };
    },
  } as unknown as Pick<AdmissionSource, 'list' | 'replace'>;
  return { source, used: () => Object.fromEntries([...stored].map(([name, { status }]) => [name, status?.used])) };
}

const demand = (pods: string) => ({ of: () => readAmounts({ pods }) });

test('however writes collide, every quota holds what was granted and not given back, and never more than it allows', async () => {
  const write = fc.record({ pods: fc.integer({ min: 1, max: 3 }), fails: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(
      fc.array(write, { maxLength: 20 }),
      fc.integer({ min: 2, max: 7 }),
      fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 })),
      async (writes, rivalEvery, [a, b]) => {
        const { source, used } = storeOf([quota('a', a), quota('b', b)], rivalEvery);
        const ledger = new QuotaLedger(source);
        const kept = await Promise.all(
          writes.map(async ({ pods, fails }) => {
            const settle: Settle | undefined = await ledger
              .charge('d', demand(String(pods)), () => false)
              .catch(() => undefined);
            await settle?.(!fails);
            return settle === undefined || fails ? 0 : pods;
          }),
        );
        const total = kept.reduce((sum, pods) => sum + pods, 0);
        expect(used()).toEqual({ a: { pods: String(total) }, b: { pods: String(total) } });
        expect(total).toBeLessThanOrEqual(Math.min(a, b));
        expect((await ledger.underWay('d', 'a')).size).toBe(0);
      },
    ),
    { numRuns: 200 },
  );
});

test('what is under way is known until it is stored or given up', async () => {
  const { source, used } = storeOf([quota('a', 5)], 1000);
  const ledger = new QuotaLedger(source);
  let stored = false;
  const settle = await ledger.charge('d', demand('2'), () => stored);
  expect([...(await ledger.underWay('d', 'a'))].map(([name, amount]) => `${name}=${amount}`)).toEqual(['pods=2']);
  stored = true;
  expect((await ledger.underWay('d', 'a')).size).toBe(0);
  await settle(true);
  expect(used()).toEqual({ a: { pods: '2' } });
});

test('a write that one quota has no room for takes nothing from the others', async () => {
  const { source, used } = storeOf([quota('a', 5), quota('b', 1)], 1000);
  const ledger = new QuotaLedger(source);
  await expect(ledger.charge('d', demand('2'), () => false)).rejects.toThrow(
    'exceeded quota: b, requested: pods=2, used: pods=0, limited: pods=1',
  );
  expect(used()).toEqual({ a: { pods: '0' }, b: { pods: '0' } });
});
