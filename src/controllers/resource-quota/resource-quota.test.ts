import { expect, test } from 'vitest';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { ResourceQuota } from '#api/core/v1/resource-quota.ts';
import { ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { readAmounts } from '#api/quota/amounts.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { nextQuotaStatus } from './quota-status.ts';

test.each<[string, ResourceQuota, Record<string, string>, object | undefined]>([
  ['is made', { spec: { hard: { pods: '2' } } }, { pods: '1' }, { hard: { pods: '2' }, used: { pods: '1' } }],
  [
    'is left alone when it is right',
    { spec: { hard: { cpu: '1000m' } }, status: { hard: { cpu: '1' }, used: { cpu: '0' } } },
    { cpu: '0' },
    undefined,
  ],
  [
    'follows the spec',
    { spec: { hard: { pods: '3' } }, status: { hard: { pods: '2', secrets: '1' }, used: { pods: '1', secrets: '1' } } },
    { pods: '1' },
    { hard: { pods: '3' }, used: { pods: '1' } },
  ],
  [
    'keeps what nobody can count',
    {
      spec: { hard: { pods: '3', odd: '1' } },
      status: { hard: { pods: '3', odd: '1' }, used: { pods: '1', odd: '1' } },
    },
    { pods: '2' },
    { hard: { pods: '3', odd: '1' }, used: { pods: '2', odd: '1' } },
  ],
  ['of a quota without limits is empty', {}, {}, { hard: {}, used: {} }],
])('the status of a quota %s', (_, quota, counted, expected) =>
  expect(nextQuotaStatus(quota, readAmounts(counted))).toEqual(expected),
);

test('a pod that its node never lets go counts no more once it should be gone', async () => {
  const clock = new VirtualClock();
  const cluster = await Cluster.start({ clock, controllers: ['resourcequota-controller'], scheduler: false });
  const namespace = 'stuck';
  await cluster.client.of(Namespaces).create({ metadata: { name: namespace } });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace } });
  const quotas = cluster.client.of(ResourceQuotas);
  await quotas.create({ metadata: { name: 'q', namespace }, spec: { hard: { pods: '2' } } });
  const used = async () => (await quotas.get('q', { namespace })).status?.used?.['pods'];
  await waitFor(async () => (await used()) === '0');
  const spec = { containers: [{ name: 'c', image: 'x' }], nodeName: 'n' } as Pod['spec'];
  await cluster.client.of(Pods).create({ metadata: { name: 'p', namespace, finalizers: ['a.b/hold'] }, spec });
  await cluster.client.of(Pods).delete('p', { namespace, gracePeriodSeconds: 30 });
  expect(await used()).toBe('1');
  await waitFor(async () => {
    clock.advance(5_000);
    return (await used()) === '0';
  });
  await cluster.stop();
});
