import { afterAll, beforeAll, expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { PodDisruptionBudgets } from '#api/policy/v1/pod-disruption-budget.ts';
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
