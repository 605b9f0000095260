import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Job, Jobs } from '#api/batch/v1/job.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { Workloads } from '#api/scheduling/v1alpha2/workload.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

const namespace = 'default';
let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({
    featureGates: ['GenericWorkload', 'GangScheduling', 'WorkloadWithJob'],
    controllers: [
      'garbage-collector-controller',
      'job-controller',
      'podgroup-protection-controller',
      'serviceaccount-controller',
    ],
    scheduler: false,
  });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const create = (name: string, spec: Partial<Job['spec']>, group?: string) => {
  const schedulingGroup = group ? { schedulingGroup: { podGroupName: group } } : {};
  const containers = [{ name: 'main', image: 'work:1' }];
  const template = { spec: { restartPolicy: 'Never', containers, ...schedulingGroup } };
  return cluster.client.of(Jobs).create({ metadata: { name, namespace }, spec: { template, ...spec } } as Job);
};
const indexed = (completions: number, parallelism = completions) =>
  ({ completionMode: 'Indexed', completions, parallelism }) as Partial<Job['spec']>;

/** The groups that the pods of a Job name, once there are so many of them. */
const groupsOf = async (name: string, count: number) => {
  const labelSelector = `batch.kubernetes.io/job-name=${name}`;
  const pods = await waitFor(async () => {
    const { items } = await cluster.client.of(Pods).list({ namespace, labelSelector });
    return items.length === count && items;
  });
  return [...new Set(pods.map(({ spec }) => spec?.schedulingGroup?.podGroupName))];
};

test('the pods of a Job that all run at once are a gang', async () => {
  const { metadata } = await create('ring', indexed(3));
  const [name = '', ...others] = await groupsOf('ring', 3);
  expect(others).toEqual([]);
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name: 'ring', uid: metadata?.uid, controller: true };
  const group = await cluster.client.of(PodGroups).get(name, { namespace });
  const workloadName = group.spec?.podGroupTemplateRef?.workload?.workloadName ?? '';
  const workload = await cluster.client.of(Workloads).get(workloadName, { namespace });
  expect(workload.spec).toEqual({
    controllerRef: { apiGroup: 'batch', kind: 'Job', name: 'ring' },
    podGroupTemplates: [{ name: 'ring-pgt-0', schedulingPolicy: { gang: { minCount: 3 } } }],
  });
  expect(workload.metadata?.ownerReferences).toEqual([{ ...owner, blockOwnerDeletion: true }]);
  expect(group.spec).toEqual({
    podGroupTemplateRef: { workload: { workloadName, podGroupTemplateName: 'ring-pgt-0' } },
    schedulingPolicy: { gang: { minCount: 3 } },
  });
  expect(group.metadata?.ownerReferences).toMatchObject([owner, { kind: 'Workload', name: workloadName }]);
  const wider = mergePatch({ spec: { parallelism: 2 } });
  await expect(cluster.client.of(Jobs).patch('ring', wider, { namespace })).rejects.toThrow(
    `cannot change parallelism for a Job referencing gang-scheduled PodGroup "${name}"`,
  );
  // With the Job goes all that was made for it, the group when no pod names it any more.
  await cluster.client.of(Jobs).delete('ring', { namespace, propagationPolicy: 'Background' });
  await waitFor(async () => {
    const kinds = [Workloads, PodGroups, Pods] as const;
    const lists = await Promise.all(kinds.map((kind) => cluster.client.of(kind as typeof Pods).list({ namespace })));
    return lists.every(({ items }) => items.length === 0);
  });
});

test.each<[string, Partial<Job['spec']>, number]>([
  ['pod', indexed(1), 1],
  ['round', indexed(4, 2), 2],
  ['heap', { completions: 2, parallelism: 2 }, 2],
])('the pods of a Job are scheduled each for itself: %s', async (name, spec, count) => {
  await create(name, spec);
  expect(await groupsOf(name, count)).toEqual([undefined]);
});

test('a Job that names a group keeps it', async () => {
  await create('named', indexed(2), 'mine');
  expect(await groupsOf('named', 2)).toEqual(['mine']);
});

test('a group names a template that there is, and stays while pods name it', async () => {
  const groups = cluster.client.of(PodGroups);
  const group = (reference?: object) =>
    ({
      metadata: { name: 'mine', namespace },
      spec: { schedulingPolicy: { basic: {} }, ...(reference ? { podGroupTemplateRef: reference } : {}) },
    }) as unknown as PodGroup;
  const workload = { workloadName: 'none', podGroupTemplateName: 'a' };
  await expect(groups.create(group({ workload }))).rejects.toThrow('PodGroup rejected: Workload "none" not found');
  const template = { name: 'a', schedulingPolicy: { basic: {} } };
  await cluster.client
    .of(Workloads)
    .create({ metadata: { name: 'work', namespace }, spec: { podGroupTemplates: [template] } } as never);
  await expect(groups.create(group({ workload: { workloadName: 'work', podGroupTemplateName: 'b' } }))).rejects.toThrow(
    'PodGroup rejected: PodGroupTemplate "b" not found in Workload "work"',
  );
  const made = await groups.create(group({ workload: { workloadName: 'work', podGroupTemplateName: 'a' } }));
  expect(made.metadata?.finalizers).toEqual(['scheduling.k8s.io/podgroup-protection']);
  expect(made.spec?.priority).toBeUndefined();
  const containers = [{ name: 'c', image: 'x' }];
  const spec = { containers, schedulingGroup: { podGroupName: 'mine' } };
  await cluster.client.of(Pods).create({ metadata: { name: 'member', namespace }, spec } as never);
  await groups.delete('mine', { namespace });
  expect((await groups.get('mine', { namespace })).metadata?.deletionTimestamp).toBeDefined();
  const member = await cluster.client.of(Pods).get('member', { namespace });
  // Pods of an earlier Job name the group, too.
  await cluster.client.of(Jobs).deleteCollection({ namespace, propagationPolicy: 'Background' });
  await cluster.client.of(Pods).updateStatus({ ...member, status: { ...member.status, phase: 'Succeeded' } });
  await waitFor(async () => (await groups.list({ namespace })).items.length === 0);
});
