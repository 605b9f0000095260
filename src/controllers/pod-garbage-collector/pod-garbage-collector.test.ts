import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
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
});
