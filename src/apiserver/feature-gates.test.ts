import { expect, test } from 'vitest';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { type Workload, Workloads } from '#api/scheduling/v1alpha2/workload.ts';
import { Cluster } from '#testing/cluster.ts';

const start = async (featureGates: string[]) => {
  const cluster = await Cluster.start({ controllers: false, scheduler: false, featureGates });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });
  return cluster;
};

const group = (schedulingPolicy: object) =>
  ({ metadata: { name: 'ring', namespace: 'default' }, spec: { schedulingPolicy } }) as PodGroup;

const member = {
  metadata: { name: 'member', namespace: 'default' },
  spec: { containers: [{ name: 'c', image: 'x' }], schedulingGroup: { podGroupName: 'ring' } },
} as Pod;

test('what a feature brings is there once it is on', async () => {
  const cluster = await start(['GenericWorkload']);
  try {
    const { client } = cluster;
    const workload = {
      metadata: { name: 'work', namespace: 'default' },
      spec: { podGroupTemplates: [{ name: 'ring', schedulingPolicy: { gang: { minCount: 2 } } }] },
    } as unknown as Workload;
    await client.of(Workloads).create(workload);
    const { metadata, status } = await client.of(PodGroups).create(group({ gang: { minCount: 2 } }));
    expect([metadata?.generation, status]).toEqual([1, undefined]);
    expect((await client.of(Pods).create(member)).spec?.schedulingGroup).toEqual({ podGroupName: 'ring' });
    await expect(client.of(PodGroups).create(group({}))).rejects.toThrow('must specify one of: `basic`, `gang`');
    await expect(client.of(PodGroups).create(group({ basic: {}, gang: { minCount: 2 } }))).rejects.toThrow(
      'must specify exactly one of: `basic`, `gang`',
    );
    const nameless = { ...member, spec: { ...member.spec, schedulingGroup: {} } } as Pod;
    await expect(client.of(Pods).create(nameless)).rejects.toThrow(
      'spec.schedulingGroup: Invalid value: "": must specify one of: `podGroupName`',
    );
    await expect(client.of(PodGroups).create(group({ gang: { minCount: 0 } }))).rejects.toThrow(
      'spec.schedulingPolicy.gang.minCount: Invalid value: 0: must be greater than or equal to 1',
    );
    await expect(client.of(Workloads).create({ ...workload, spec: { podGroupTemplates: [] } })).rejects.toThrow(
      'spec.podGroupTemplates: Required value',
    );
  } finally {
    await cluster.stop();
  }
});

test('what a feature brings is not there while it is off', async () => {
  const cluster = await start([]);
  try {
    const { client } = cluster;
    await expect(client.of(PodGroups).create(group({ basic: {} }))).rejects.toThrow('could not find');
    expect((await client.of(Pods).create(member)).spec?.schedulingGroup).toBeUndefined();
  } finally {
    await cluster.stop();
  }
});
