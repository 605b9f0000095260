import { afterAll, beforeAll, expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Events } from '#api/core/v1/event.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: true, scheduler: true, simulatedNodes: 1 });
});
afterAll(() => cluster.stop());

test('a budget counts the pods of a deployment by what it wants', async () => {
  const selector = { matchLabels: { app: 'web' } };
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } };
  await cluster.client
    .of(Deployments)
    .create({ metadata: { name: 'web', namespace }, spec: { replicas: 4, selector, template } });
  await cluster.client
    .of(PodDisruptionBudgets)
    .create({ metadata: { name: 'web', namespace }, spec: { maxUnavailable: '25%', selector } });
  const status = await waitFor(async () => {
    const found = (await cluster.client.of(PodDisruptionBudgets).get('web', { namespace })).status;
    return found?.currentHealthy === 4 && found;
  });
  expect(status).toMatchObject({ disruptionsAllowed: 1, desiredHealthy: 3, expectedPods: 4, observedGeneration: 1 });
  expect(status.conditions?.[0]).toMatchObject({ type: 'DisruptionAllowed', status: 'True', reason: 'SufficientPods' });
});

test('pods that have ended are counted as pods, and those of several budgets are told of', async () => {
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
  const selector = { matchLabels: { app: 'ended' } };
  const options = { namespace, subresource: 'status' };
  const pod = {
    metadata: { name: 'ended', namespace, labels: { app: 'ended' } },
    spec: { nodeName: 'nowhere', containers: [{ name: 'main', image: 'web:1' }] },
  } as Pod;
  await cluster.client.of(Nodes).create({ metadata: { name: 'nowhere' } });
  await cluster.client.of(Pods).create(pod);
  await cluster.client.of(Pods).patch('ended', mergePatch({ status: { phase: 'Succeeded' } }), options);
  for (const name of ['ended', 'ended-too']) {
    await cluster.client
      .of(PodDisruptionBudgets)
      .create({ metadata: { name, namespace }, spec: { minAvailable: 0, selector } });
    const status = await waitFor(async () => {
      const found = (await cluster.client.of(PodDisruptionBudgets).get(name, { namespace })).status;
      return found?.observedGeneration === 1 && found;
    });
    expect([status.expectedPods, status.currentHealthy ?? 0]).toEqual([1, 0]);
  }
  await cluster.client.of(Pods).patch('ended', mergePatch({ metadata: { labels: { more: 'x' } } }), { namespace });
  const fieldSelector = 'involvedObject.name=ended,reason=MultiplePodDisruptionBudgets';
  const told = await waitFor(
    async () => (await cluster.client.of(Events).list({ namespace, fieldSelector })).items[0]?.message,
  );
  expect(told).toMatch(
    /^Pod "default"\/"ended" matches multiple PodDisruptionBudgets\. {2}Chose "ended(-too)?" arbitrarily\.$/,
  );
});

test('pods that nobody controls, and those whose controller cannot be asked, are told of', async () => {
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
  const pod = (name: string, owner?: object): Pod =>
    ({
      metadata: { name, namespace, labels: { app: name }, ...(owner ? { ownerReferences: [owner] } : {}) },
      spec: { containers: [{ name: 'main', image: 'web:1' }] },
    }) as Pod;
  const budget = (name: string) => ({
    metadata: { name, namespace },
    spec: { maxUnavailable: 1, selector: { matchLabels: { app: name } } },
  });
  const { metadata: map } = await cluster.client.of(ConfigMaps).create({ metadata: { name: 'owner', namespace } });
  const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: map?.uid ?? '', controller: true };
  await cluster.client.of(Pods).create(pod('loose'));
  await cluster.client.of(Pods).create(pod('strange', owner));
  for (const name of ['loose', 'strange']) await cluster.client.of(PodDisruptionBudgets).create(budget(name));
  const told = (name: string, reason: string) =>
    waitFor(async () => {
      const fieldSelector = `involvedObject.name=${name},reason=${reason}`;
      const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector });
      return items[0]?.message;
    });
  expect(await told('loose', 'UnmanagedPods')).toContain(
    'selector: &LabelSelector{MatchLabels:map[string]string{app: loose,},MatchExpressions:[]LabelSelectorRequirement{},}',
  );
  expect(await told('strange', 'CalculateExpectedPodCountFailed')).toBe(
    'Failed to calculate the number of expected pods: configmaps does not implement the scale subresource',
  );
  await waitFor(async () => {
    const { status } = await cluster.client.of(PodDisruptionBudgets).get('strange', { namespace });
    expect(status?.conditions?.[0]).toMatchObject({ status: 'False', reason: 'SyncFailed' });
    return true;
  });
});

test.each([
  ['apps/v1', 'apps/v1'],
  ['extensions/v1beta1', 'apps/v1beta2'],
])(
  'a set whose deployment is gone counts as itself, in whatever version (%s, %s) owners are named',
  async (ofPod, ofSet) => {
    const own = await Cluster.start({ controllers: ['disruption-controller'], scheduler: false });
    try {
      await own.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace } });
      const labels = { app: 'left' };
      const containers = [{ name: 'main', image: 'web:1' }];
      const gone = { apiVersion: ofSet, kind: 'Deployment', name: 'gone', uid: 'gone', controller: true };
      const set = await own.client.of(ReplicaSets).create({
        metadata: { name: 'left', namespace, ownerReferences: [gone] },
        spec: {
          replicas: 3,
          selector: { matchLabels: labels },
          template: { metadata: { labels }, spec: { containers } },
        },
      });
      const owner = {
        apiVersion: ofPod,
        kind: 'ReplicaSet',
        name: 'left',
        uid: set.metadata?.uid ?? '',
        controller: true,
      };
      await own.client.of(Pods).create({
        metadata: { name: 'left-1', namespace, labels, ownerReferences: [owner] },
        spec: { containers },
      });
      const budgets = own.client.of(PodDisruptionBudgets);
      const spec = { maxUnavailable: 1, selector: { matchLabels: labels } };
      await budgets.create({ metadata: { name: 'left', namespace }, spec });
      await waitFor(async () => (await budgets.get('left', { namespace })).status?.expectedPods === 3);
    } finally {
      await own.stop();
    }
  },
);
