import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Job, Jobs } from '#api/batch/v1/job.ts';
import { Events } from '#api/core/v1/event.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { TRACKING } from './job-pod.ts';

let cluster: Cluster;
const clock = new VirtualClock();
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({
    clock,
    controllers: ['job-controller', 'serviceaccount-controller'],
    scheduler: false,
  });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const create = (name: string, spec: Partial<Job['spec']> = {}) => {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'work:1' }] } };
  return cluster.client.of(Jobs).create({ metadata: { name, namespace }, spec: { template, ...spec } } as Job);
};
const status = async (name: string) => (await cluster.client.of(Jobs).get(name, { namespace })).status;
const podsOf = async (name: string): Promise<readonly Pod[]> =>
  (await cluster.client.of(Pods).list({ namespace, labelSelector: `batch.kubernetes.io/job-name=${name}` })).items;
const activeOf = async (name: string) =>
  (await podsOf(name)).filter((pod) => !['Succeeded', 'Failed'].includes(pod.status?.phase ?? ''));
const active = (name: string, count: number) =>
  waitFor(
    async () => {
      const pods = await activeOf(name);
      return pods.length === count && pods;
    },
    { what: `${count} active pods of ${name}` },
  );
const end = async (pod: Pod, phase: 'Succeeded' | 'Failed', exitCode = phase === 'Failed' ? 1 : 0) => {
  const state = { terminated: { exitCode, finishedAt: new Date(clock.now()).toISOString().replace('.000', '') } };
  const containerStatuses = [{ name: 'main', state, ready: false, restartCount: 0, image: 'work:1', imageID: '' }];
  const latest = await cluster.client.of(Pods).get(pod.metadata?.name ?? '', { namespace });
  await cluster.client.of(Pods).updateStatus({ ...latest, status: { ...latest.status, phase, containerStatuses } });
};
const finished = (name: string) =>
  waitFor(
    async () => {
      const found = await status(name);
      return found?.conditions?.some(({ type }) => type === 'Complete' || type === 'Failed') && found;
    },
    { what: `end of ${name}` },
  );
const conditions = (found: Job['status']) => found?.conditions?.map(({ type, reason }) => `${type} ${reason}`);

test('a job runs as many pods at a time as it may until enough have succeeded', async () => {
  await create('three', { completions: 3, parallelism: 2 });
  for (const pod of await active('three', 2)) await end(pod, 'Succeeded');
  for (const pod of await active('three', 1)) await end(pod, 'Succeeded');
  const found = await finished('three');
  expect([found.succeeded, found.failed ?? 0, found.active ?? 0, found.uncountedTerminatedPods]).toEqual([3, 0, 0, {}]);
  expect(conditions(found)).toEqual(['SuccessCriteriaMet CompletionsReached', 'Complete CompletionsReached']);
  expect(found.completionTime).toBeDefined();
  expect((await podsOf('three')).flatMap(({ metadata }) => metadata?.finalizers ?? [])).toEqual([]);
  await waitFor(async () => {
    const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: 'involvedObject.name=three' });
    return items.some(({ reason, message }) => reason === 'Completed' && message === 'Job completed');
  });
});

test('a job waits longer after each failure and gives up at its limit', async () => {
  await create('weak', { backoffLimit: 1 });
  await end((await active('weak', 1))[0] as Pod, 'Failed');
  await waitFor(async () => (await status('weak'))?.failed === 1);
  expect(await activeOf('weak')).toEqual([]);
  clock.advance(10_000);
  await end((await active('weak', 1))[0] as Pod, 'Failed');
  const found = await finished('weak');
  expect([found.failed, conditions(found)]).toEqual([
    2,
    ['FailureTarget BackoffLimitExceeded', 'Failed BackoffLimitExceeded'],
  ]);
});

test('every index of an indexed job succeeds once', async () => {
  await create('index', { completionMode: 'Indexed', completions: 3, parallelism: 3, backoffLimitPerIndex: 1 });
  const pods = await active('index', 3);
  expect(pods.map(({ spec }) => spec?.hostname).sort()).toEqual(['index-0', 'index-1', 'index-2']);
  for (const pod of pods) await end(pod, pod.spec?.hostname === 'index-1' ? 'Failed' : 'Succeeded');
  await waitFor(async () => (await status('index'))?.succeeded === 2);
  expect(await activeOf('index')).toEqual([]);
  // Until another pod knows of the failure, the one that failed is kept, and not counted.
  const kept = async () =>
    (await podsOf('index')).flatMap(({ spec, metadata }) => (metadata?.finalizers ? [spec?.hostname] : []));
  await waitFor(async () => expect(await kept()).toEqual(['index-1']));
  expect((await status('index'))?.failed).toBeUndefined();
  clock.advance(10_000);
  const [again] = await active('index', 1);
  await waitFor(async () => (await status('index'))?.failed === 1);
  expect([
    again?.spec?.hostname,
    again?.metadata?.annotations?.['batch.kubernetes.io/job-index-failure-count'],
  ]).toEqual(['index-1', '1']);
  await end(again as Pod, 'Succeeded');
  const found = await finished('index');
  expect([found.completedIndexes, found.succeeded, found.failed]).toEqual(['0-2', 3, 1]);
});

test('a job ends at its deadline and with a failure that its policy does not forgive', async () => {
  await create('late', { activeDeadlineSeconds: 30 });
  await active('late', 1);
  clock.advance(31_000);
  expect(conditions(await finished('late'))).toEqual(['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded']);
  const rules = [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }];
  await create('policy', { podFailurePolicy: { rules } });
  await end((await active('policy', 1))[0] as Pod, 'Failed', 42);
  const found = await finished('policy');
  expect(found.conditions?.[1]?.message).toMatch(
    /^Container main for pod default\/policy-\w+ failed with exit code 42 matching FailJob rule at index 0$/,
  );
});

test('a job whose pods are refused is tried every minute and ends at its deadline', async () => {
  const spec = { restartPolicy: 'Never', serviceAccountName: 'later', containers: [{ name: 'main', image: 'work:1' }] };
  await create('refused', { template: { spec } });
  await create('refused-late', { template: { spec }, activeDeadlineSeconds: 600 });
  await cluster.advance(640_000);
  const ends = ['FailureTarget DeadlineExceeded', 'Failed DeadlineExceeded'];
  expect(conditions(await status('refused-late'))).toEqual(ends);
  expect(await podsOf('refused')).toEqual([]);
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'later', namespace } });
  await cluster.advance(61_000);
  await active('refused', 1);
});

test('a suspended job has no pods until it is resumed', async () => {
  await create('rest', { suspend: true });
  await waitFor(async () => (await status('rest'))?.conditions?.[0]?.reason === 'JobSuspended');
  expect([await podsOf('rest'), (await status('rest'))?.startTime]).toEqual([[], undefined]);
  await cluster.client.of(Jobs).patch('rest', mergePatch({ spec: { suspend: false } }), { namespace });
  await active('rest', 1);
  await waitFor(async () => (await status('rest'))?.conditions?.[0]?.reason === 'JobResumed');
});

test('pods that go because a job is suspended or has too many have not failed', async () => {
  await create('calm', { backoffLimit: 0, parallelism: 3, completions: 5 });
  await active('calm', 3);
  const patch = (spec: object) => cluster.client.of(Jobs).patch('calm', mergePatch({ spec }), { namespace });
  await patch({ parallelism: 1 });
  await active('calm', 1);
  await patch({ suspend: true });
  await active('calm', 0);
  const found = await waitFor(async () => {
    const now = await status('calm');
    return now?.conditions?.[0]?.reason === 'JobSuspended' && now;
  });
  expect([found.failed ?? 0, found.active ?? 0, found.uncountedTerminatedPods]).toEqual([0, 0, {}]);
});

test('a job that fails counts its other pods as failed, one that succeeds does not', async () => {
  const policy = { rules: [{ action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } }] };
  await create('fails', { parallelism: 3, completions: 3, podFailurePolicy: policy as never });
  await end((await active('fails', 3))[0] as Pod, 'Failed', 42);
  const failed = await finished('fails');
  expect([failed.failed, failed.succeeded ?? 0, failed.uncountedTerminatedPods]).toEqual([3, 0, {}]);
  const rules = [{ succeededCount: 1 }];
  await create('enough', { completionMode: 'Indexed', parallelism: 3, completions: 3, successPolicy: { rules } });
  await end((await active('enough', 3))[0] as Pod, 'Succeeded');
  const succeeded = await finished('enough');
  expect([succeeded.failed ?? 0, succeeded.succeeded, conditions(succeeded)]).toEqual([
    0,
    1,
    ['SuccessCriteriaMet SuccessPolicy', 'Complete SuccessPolicy'],
  ]);
});

test('a job that is being deleted lets go of its pods whatever they do', async () => {
  await create('leaving', { podReplacementPolicy: 'Failed' });
  await active('leaving', 1);
  await cluster.client.of(Jobs).delete('leaving', { namespace, propagationPolicy: 'Foreground' });
  const kept = async () => (await podsOf('leaving')).flatMap(({ metadata }) => metadata?.finalizers ?? []);
  await waitFor(async () => (await kept()).length === 0);
});

test('a pod goes whose job is gone, also where another has its name', async () => {
  const uid = '00000000-0000-4000-8000-000000000000';
  await create('again');
  await active('again', 1);
  const ownerReferences = [{ apiVersion: 'batch/v1', kind: 'Job', name: 'again', uid, controller: true }];
  const metadata = { name: 'left-behind', namespace, finalizers: [TRACKING], ownerReferences };
  const pods = cluster.client.of(Pods);
  await pods.create({ metadata, spec: { containers: [{ name: 'main', image: 'work:1' }] } } as Pod);
  const finalizers = async () => (await pods.get('left-behind', { namespace })).metadata?.finalizers;
  clock.advance(10_000);
  expect(await finalizers()).toEqual([TRACKING]);
  await pods.delete('left-behind', { namespace });
  await waitFor(async () =>
    (await pods.list({ namespace })).items.every((pod) => pod.metadata?.name !== 'left-behind'),
  );
});

test('a pod that nobody controls is kept for no job', async () => {
  const metadata = { name: 'orphan', namespace, finalizers: [TRACKING, 'example.com/mine'] };
  const pods = cluster.client.of(Pods);
  await pods.create({ metadata, spec: { containers: [{ name: 'main', image: 'work:1' }] } } as Pod);
  const finalizers = async () => (await pods.get('orphan', { namespace })).metadata?.finalizers;
  await waitFor(async () => expect(await finalizers()).toEqual(['example.com/mine']));
});

test('a pod that a job takes over counts as one of its own', async () => {
  const labels = { adopts: 'yes' };
  const pods = cluster.client.of(Pods);
  const metadata = { name: 'found', namespace, labels };
  const found = await pods.create({ metadata, spec: { containers: [{ name: 'main', image: 'work:1' }] } } as Pod);
  await create('adopts', {
    manualSelector: true,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { restartPolicy: 'Never', containers: [{ name: 'main', image: 'work:1' }] },
    },
  } as never);
  const adopted = () => pods.get('found', { namespace });
  await waitFor(async () => expect((await adopted()).metadata?.finalizers).toEqual([TRACKING]));
  await end(found, 'Succeeded');
  expect((await finished('adopts')).succeeded).toBe(1);
});

test('the pods of a job are made together', async () => {
  const told: (number | undefined)[] = [];
  const ended = new AbortController();
  const { metadata } = await cluster.client.of(Jobs).list({ namespace });
  const watching = cluster.client.of(Jobs).watch(
    { namespace, fieldSelector: 'metadata.name=wide', resourceVersion: metadata.resourceVersion ?? '' },
    (events) => {
      for (const { object } of events) told.push((object as Job).status?.active);
    },
    ended.signal,
  );
  await create('wide', { completions: 50, parallelism: 50 });
  await active('wide', 50);
  await waitFor(() => told.includes(50));
  ended.abort();
  await watching.catch(() => {});
  // What is counted on the way is what was made in one go: one pod for each look at the job would be told of fifty times.
  expect(told.length).toBeLessThan(10);
});
