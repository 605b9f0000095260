import { expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { CidrAllocator } from './cidr-allocator.ts';

test('ranges are given out in order, given back and given out again', () => {
  const allocator = new CidrAllocator({ clusterCidr: '10.244.0.0/22', nodeMaskSize: 24 });
  expect(
    ['10.244.1.0/24', '10.244.1.0/24', '10.245.0.0/24', '10.244.1.0/25'].map((cidr) => allocator.occupy(cidr)),
  ).toEqual([true, false, false, false]);
  expect([allocator.allocate(), allocator.allocate(), allocator.allocate(), allocator.allocate()]).toEqual([
    '10.244.0.0/24',
    '10.244.2.0/24',
    '10.244.3.0/24',
    undefined,
  ]);
  allocator.release('10.244.2.0/24');
  expect(allocator.allocate()).toBe('10.244.2.0/24');
});

test('a range of another size takes all parts that it covers', () => {
  const allocator = new CidrAllocator({ clusterCidr: '10.244.0.0/22', nodeMaskSize: 25 });
  expect([allocator.occupy('10.244.0.0/24'), allocator.occupy('10.244.2.16/28')]).toEqual([true, true]);
  const given = Array.from({ length: 6 }, () => allocator.allocate());
  expect(given).toEqual([
    '10.244.1.0/25',
    '10.244.1.128/25',
    '10.244.2.128/25',
    '10.244.3.0/25',
    '10.244.3.128/25',
    undefined,
  ]);
});

test('a large network has room for thousands of nodes', () => {
  const allocator = new CidrAllocator({ clusterCidr: '10.240.0.0/12', nodeMaskSize: 24 });
  const given = new Set(Array.from({ length: 4096 }, () => allocator.allocate()));
  expect([given.size, given.has(undefined), allocator.allocate()]).toEqual([4096, false, undefined]);
});

test('each node has a range of its own, also after another one has gone and come', async () => {
  const podNetwork = { clusterCidr: '10.244.0.0/22', nodeMaskSize: 24, pinned: { local: '10.244.0.0/24' } };
  const cluster = await Cluster.start({
    controllers: ['node-ipam-controller'],
    controllersOptions: { podNetwork },
    scheduler: false,
  });
  const nodes = cluster.client.of(Nodes);
  const create = (name: string, podCIDR?: string) =>
    nodes.create({ metadata: { name }, ...(podCIDR ? { spec: { podCIDR } } : {}) });
  const ranges = async () =>
    Object.fromEntries((await nodes.list()).items.map(({ metadata, spec }) => [metadata?.name, spec?.podCIDRs?.[0]]));
  const until = (want: object) =>
    waitFor(async () => {
      expect(await ranges()).toEqual(want);
      return true;
    });
  await create('mine', '10.244.1.0/24');
  await until({ mine: '10.244.1.0/24' });
  await Promise.all([create('local'), create('a'), create('b')]);
  await waitFor(async () => Object.values(await ranges()).every(Boolean));
  const { local, ...others } = await ranges();
  expect([local, Object.values(others).sort()]).toEqual([
    '10.244.0.0/24',
    ['10.244.1.0/24', '10.244.2.0/24', '10.244.3.0/24'],
  ]);
  await create('late');
  await waitFor(async () => {
    const { items } = await cluster.client.of(Events).list();
    return items.some(({ message }) => message === 'Node late status is now: CIDRNotAvailable');
  });
  await nodes.delete('mine');
  await create('next');
  await waitFor(async () => (await ranges())['next'] === '10.244.1.0/24');
  await cluster.stop();
});
