import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const clock = new VirtualClock();
const namespace = 'default';
beforeAll(async () => {
  const controllers = ['pod-garbage-collector-controller', 'serviceaccount-controller'];
  cluster = await Cluster.start({ clock, controllers, scheduler: false });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

test('a pod of a node that does not exist is removed once the node had time to come back', async () => {
  const spec = { nodeName: 'gone', containers: [{ name: 'main', image: 'web:1' }] };
  await cluster.client.of(Pods).create({ metadata: { name: 'lost', namespace }, spec } as Pod);
  const finalizers = ['example.com/keep'];
  await cluster.client.of(Pods).create({ metadata: { name: 'kept', namespace, finalizers }, spec } as Pod);
  const since = '2026-01-01T00:00:00Z';
  const before = { type: 'DisruptionTarget', status: 'True', reason: 'Before', lastTransitionTime: since };
  await cluster.client
    .of(Pods)
    .patch('kept', mergePatch({ status: { conditions: [before] } }), { namespace, subresource: 'status' });
  const exists = () =>
    cluster.client
      .of(Pods)
      .get('lost', { namespace })
      .then(
        () => true,
        () => false,
      );
  clock.advance(20_000);
  expect(await exists()).toBe(true);
  await waitFor(async () => {
    clock.advance(20_000);
    return !(await exists());
  });
  const { status } = await waitFor(async () => {
    const kept = await cluster.client.of(Pods).get('kept', { namespace });
    return kept.status?.phase === 'Failed' && kept;
  });
  expect(status?.conditions).toMatchObject([{ reason: 'DeletionByPodGC', lastTransitionTime: since }]);
});
