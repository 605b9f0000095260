import { expect, test } from 'vitest';
import { Leases } from '#api/coordination/v1/lease.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { systemClock } from '#base/clock.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { KubeletHarness } from '../testing/kubelet-harness.ts';
import { MemoryRuntime } from '../testing/memory-runtime.ts';
import { nodeConditions } from './node-conditions.ts';
import { nodeResources } from './node-resources.ts';
import { pressureOf } from './pressure.ts';

test('a node registers, is ready, shows its life in a lease, and takes back what others said of it', async () => {
  const harness = await KubeletHarness.start({
    runtime: new MemoryRuntime({ clock: systemClock, images: {} }),
    cluster: await Cluster.start({ controllers: false, scheduler: false }),
  });
  try {
    const nodes = harness.cluster.client.of(Nodes);
    const node = await nodes.get('node-1');
    const lease = await waitFor(() =>
      harness.cluster.client.of(Leases).get('node-1', { namespace: 'kube-node-lease' }),
    );
    expect([
      node.metadata?.labels,
      node.status?.addresses,
      node.status?.conditions?.map(({ type, status, reason }) => `${type} ${status} ${reason}`),
      lease.spec?.holderIdentity,
      lease.spec?.leaseDurationSeconds,
    ]).toEqual([
      expect.objectContaining({ 'kubernetes.io/hostname': 'node-1', 'kubernetes.io/os': 'linux' }),
      [
        { type: 'InternalIP', address: '127.0.0.1' },
        { type: 'Hostname', address: 'node-1' },
      ],
      [
        'MemoryPressure False KubeletHasSufficientMemory',
        'DiskPressure False KubeletHasNoDiskPressure',
        'PIDPressure False KubeletHasSufficientPID',
        'Ready True KubeletReady',
      ],
      'node-1',
      40,
    ]);
    await harness.stopKubelet();
    const conditions = node.status?.conditions?.map((each) => ({
      ...each,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
    }));
    await nodes.patch('node-1', mergePatch({ status: { conditions } }), { subresource: 'status' });
    await harness.startKubelet();
    const after = await nodes.get('node-1');
    expect(after.status?.conditions?.map(({ status }) => status)).toEqual(['False', 'False', 'False', 'True']);
    expect(harness.events.filter((event) => event.includes('NodeReady'))).toHaveLength(2);
  } finally {
    await harness.stop();
  }
});

test('a runtime that is not ready makes the node not ready, saying why', () => {
  const runtime = {
    conditions: [
      { type: 'RuntimeReady', status: true, reason: '', message: '' },
      { type: 'NetworkReady', status: false, reason: 'NetworkPluginNotReady', message: 'no network' },
    ],
  } as const;
  const pressure = { memory: true, disk: false, pid: false };
  const known = [{ type: 'Ready', status: 'False', lastTransitionTime: 'then' }];
  const conditions = nodeConditions({ runtime, pressure, known, now: 'now' });
  expect([conditions[0]?.reason, conditions.at(-1)]).toEqual([
    'KubeletHasInsufficientMemory',
    {
      type: 'Ready',
      status: 'False',
      reason: 'KubeletNotReady',
      message:
        'container runtime network not ready: NetworkReady=false reason:NetworkPluginNotReady message:no network',
      lastHeartbeatTime: 'now',
      lastTransitionTime: 'then',
    },
  ]);
});

test('capacity is what the machine has, allocatable what is left of it for pods', () => {
  const machine = { cpus: 4, memoryBytes: 2 ** 30, diskBytes: 10 * 2 ** 30, hugePages: { 2048: 0, 1048576: 2 ** 30 } };
  const options = { maxPods: 110, overrides: { 'example.org/gpu': '2' } };
  expect(nodeResources({ ...machine, system: {} } as unknown as Parameters<typeof nodeResources>[0], options)).toEqual({
    capacity: {
      cpu: '4',
      memory: '1048576Ki',
      'ephemeral-storage': '10485760Ki',
      'hugepages-2Mi': '0',
      'hugepages-1Gi': '1048576Ki',
      pods: '110',
      'example.org/gpu': '2',
    },
    allocatable: {
      cpu: '4',
      memory: '946176Ki',
      'ephemeral-storage': '9663676416',
      'hugepages-2Mi': '0',
      'hugepages-1Gi': '1048576Ki',
      pods: '110',
      'example.org/gpu': '2',
    },
  });
});

test.each([
  [{}, { memory: false, disk: false, pid: false }],
  [{ meminfo: 'MemAvailable:   50000 kB\n' }, { memory: true, disk: false, pid: false }],
  [{ disk: { blocks: 100, bavail: 9, files: 100, ffree: 50 } }, { memory: false, disk: true, pid: false }],
  [{ disk: { blocks: 100, bavail: 50, files: 100, ffree: 4 } }, { memory: false, disk: true, pid: false }],
  [
    { loadavg: '0 0 0 1/960 1', pidMax: '1000' },
    { memory: false, disk: false, pid: true },
  ],
])('readings of %o', (readings, expected) => {
  const fine = {
    meminfo: 'MemAvailable: 8000000 kB\n',
    loadavg: '0.1 0.1 0.1 2/300 4000',
    pidMax: '32768\n',
    disk: { blocks: 100, bavail: 50, files: 0, ffree: 0 },
  };
  expect(pressureOf({ ...fine, ...readings })).toEqual(expected);
});
