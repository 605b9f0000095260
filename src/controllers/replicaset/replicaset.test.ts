import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ReplicaSet, ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { Events } from '#api/core/v1/event.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { mergePatch } from '#client/options.ts';
import { controllerOf } from '#controller/owner-references.ts';
import { createMemoryStore } from '#storage/memory/memory-store.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({
    controllers: ['replicaset-controller', 'serviceaccount-controller'],
    scheduler: false,
  });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const replicaSet = (name: string, replicas: number): ReplicaSet => ({
  metadata: { name, namespace },
  spec: {
    replicas,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
  },
});

const podsOf = async (name: string): Promise<readonly Pod[]> =>
  (await cluster.client.of(Pods).list({ namespace, labelSelector: `app=${name}` })).items;

const statusOf = async (name: string) => (await cluster.client.of(ReplicaSets).get(name, { namespace })).status;

const eventsOf = async (name: string) => {
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason, message, source }) => `${source?.component} ${reason} ${message}`).sort();
};

test('a replica set makes as many pods as it wants, tells of each and counts them', async () => {
  await cluster.client.of(ReplicaSets).create(replicaSet('three', 3));
  const status = await waitFor(async () => {
    const found = await statusOf('three');
    return found?.replicas === 3 && found;
  });
  expect(status).toEqual({
    replicas: 3,
    fullyLabeledReplicas: 3,
    terminatingReplicas: 0,
    observedGeneration: 1,
  });
  const pods = await podsOf('three');
  const owner = await cluster.client.of(ReplicaSets).get('three', { namespace });
  expect(pods.map(controllerOf)).toEqual(
    Array(3).fill({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      name: 'three',
      uid: owner.metadata?.uid,
      controller: true,
      blockOwnerDeletion: true,
    }),
  );
  const told = pods.map(({ metadata }) => `replicaset-controller SuccessfulCreate Created pod: ${metadata?.name}`);
  await waitFor(async () => (await eventsOf('three')).length === 3);
  expect(await eventsOf('three')).toEqual(told.sort());
});

test('a deleted pod is replaced, and a smaller set deletes those it does not want', async () => {
  await cluster.client.of(ReplicaSets).create(replicaSet('shrink', 3));
  const [first] = await waitFor(async () => {
    const pods = await podsOf('shrink');
    return pods.length === 3 && pods;
  });
  await cluster.client.of(Pods).delete(first?.metadata?.name ?? '', { namespace });
  await waitFor(async () => {
    const pods = await podsOf('shrink');
    return pods.length === 3 && !pods.some(({ metadata }) => metadata?.name === first?.metadata?.name);
  });
  await cluster.client.of(ReplicaSets).patch('shrink', mergePatch({ spec: { replicas: 1 } }), { namespace });
  await waitFor(async () => (await statusOf('shrink'))?.replicas === 1);
  expect(await podsOf('shrink')).toHaveLength(1);
});

test('matching orphans are adopted and pods that no longer match are let go and replaced', async () => {
  const orphan = await cluster.client.of(Pods).create({
    metadata: { name: 'orphan', namespace, labels: { app: 'adopt' } },
    spec: { containers: [{ name: 'main', image: 'web:1' }] },
  });
  await cluster.client.of(ReplicaSets).create(replicaSet('adopt', 1));
  await waitFor(async () => (await statusOf('adopt'))?.replicas === 1);
  const [adopted] = await podsOf('adopt');
  expect([adopted?.metadata?.uid, adopted && controllerOf(adopted)?.name]).toEqual([orphan.metadata?.uid, 'adopt']);
  await cluster.client.of(Pods).patch('orphan', mergePatch({ metadata: { labels: { app: 'free' } } }), { namespace });
  await waitFor(async () => (await podsOf('adopt')).some(({ metadata }) => metadata?.name !== 'orphan'));
  await waitFor(async () => (await podsOf('free')).every((pod) => controllerOf(pod) === undefined));
});

test('a pod that cannot be created is told of in an event and in a condition', async () => {
  const set = replicaSet('broken', 2);
  const template = { ...set.spec?.template, spec: { ...set.spec?.template?.spec, serviceAccountName: 'nobody' } };
  await cluster.client.of(ReplicaSets).create({ ...set, spec: { ...set.spec, template } } as ReplicaSet);
  const message = expect.stringContaining('error looking up service account default/nobody');
  const status = await waitFor(async () => {
    const found = await statusOf('broken');
    return found?.conditions && found;
  });
  const { lastTransitionTime: _, ...condition } = status?.conditions?.[0] ?? { lastTransitionTime: '' };
  expect(condition).toEqual({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message });
  const told = /^replicaset-controller FailedCreate Error creating: pods .* is forbidden: error looking up service/;
  await waitFor(async () => (await eventsOf('broken')).some((text) => told.test(text)));
});

/** How often a replica set was put into the queue. */
const queued = (): number =>
  Number(/^workqueue_adds_total\{name="replicaset"\} (\d+)$/m.exec(cluster.apiServer.metrics.render())?.[1]);

test('in a namespace that is on its way out, many missing pods are not tried again and again', async () => {
  const leaving = { namespace: 'leaving' };
  await cluster.client.of(Namespaces).create({ metadata: { name: 'leaving' } });
  const set = replicaSet('gone', 0);
  await cluster.client.of(ReplicaSets).create({ ...set, metadata: { name: 'gone', ...leaving } });
  await waitFor(async () => (await cluster.client.of(ReplicaSets).get('gone', leaving)).status?.observedGeneration);
  // Nobody ends it here.
  await cluster.client.of(Namespaces).delete('leaving');
  const before = queued();
  await cluster.client.of(ReplicaSets).patch('gone', mergePatch({ spec: { replicas: 5000 } }), leaving);
  await waitFor(
    async () => (await cluster.client.of(ReplicaSets).get('gone', leaving)).status?.observedGeneration === 2,
  );
  for (let turn = 0; turn < 100; turn++) await cluster.client.of(Pods).list(leaving);
  expect(queued() - before).toBeLessThan(10);
});

test('a controller that ends makes no more pods', async () => {
  const store = createMemoryStore();
  const ending = await Cluster.start({
    store,
    controllers: ['replicaset-controller', 'serviceaccount-controller'],
    scheduler: false,
  });
  try {
    await waitFor(() => ending.client.of(ServiceAccounts).get('default', { namespace }));
    await ending.client.of(ReplicaSets).create(replicaSet('many', 2000));
    await waitFor(async () => (await ending.client.of(Pods).list({ namespace })).items.length > 20);
  } finally {
    await ending.stop();
  }
  expect((await store.range('/pods/')).values.length).toBeLessThan(1500);
});
