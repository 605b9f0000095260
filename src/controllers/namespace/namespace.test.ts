import { afterAll, beforeAll, expect, test } from 'vitest';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: true, scheduler: true, simulatedNodes: 1 });
});
afterAll(() => cluster.stop());

const namespaceGone = (name: string) =>
  waitFor(
    () =>
      cluster.client
        .of(Namespaces)
        .get(name)
        .then(
          () => false,
          (error) => isNotFound(error),
        ),
    { what: `end of namespace ${name}` },
  );

test('a namespace goes with everything in it, while all controllers run', async () => {
  const { client } = cluster;
  await client.of(Namespaces).create({ metadata: { name: 'full' } });
  await client.of(Deployments).create({
    metadata: { name: 'web', namespace: 'full' },
    spec: {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
    },
  });
  await waitFor(
    async () => (await client.of(Deployments).get('web', { namespace: 'full' })).status?.availableReplicas === 3,
  );
  await client.of(Namespaces).delete('full');
  await namespaceGone('full');
});

test('a namespace says what keeps it', async () => {
  const { client } = cluster;
  await client.of(Namespaces).create({ metadata: { name: 'held' } });
  const held = { metadata: { name: 'held', namespace: 'held', finalizers: ['example.com/hold'] } };
  const map = await client.of(ConfigMaps).create(held);
  await client.of(Namespaces).delete('held');
  const { status } = await waitFor(async () => {
    const found = await client.of(Namespaces).get('held');
    return (
      found.status?.conditions?.some(
        ({ type, status: value }) => type === 'NamespaceContentRemaining' && value === 'True',
      ) && found
    );
  });
  expect(status?.conditions?.map(({ type, status: value, message }) => [type, value, message])).toEqual([
    ['NamespaceDeletionDiscoveryFailure', 'False', 'All resources successfully discovered'],
    ['NamespaceDeletionGroupVersionParsingFailure', 'False', 'All legacy kube types successfully parsed'],
    ['NamespaceDeletionContentFailure', 'False', 'All content successfully deleted, may be waiting on finalization'],
    ['NamespaceContentRemaining', 'True', 'Some resources are remaining: configmaps. has 1 resource instances'],
    [
      'NamespaceFinalizersRemaining',
      'True',
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    ],
  ]);
  const latest = await client.of(ConfigMaps).get('held', { namespace: 'held' });
  await client.of(ConfigMaps).update({ ...map, metadata: { ...latest.metadata, finalizers: [] } });
  await namespaceGone('held');
});

test('a namespace says that pods take longer than they may', async () => {
  const controllers = ['namespace-controller', 'serviceaccount-controller'];
  const slow = await Cluster.start({ clock: new VirtualClock(), controllers, scheduler: false });
  try {
    const { client } = slow;
    await client.of(Namespaces).create({ metadata: { name: 'slow' } });
    await slow.advance(1000);
    const spec = { nodeName: 'silent', terminationGracePeriodSeconds: 20, containers: [{ name: 'c', image: 'x' }] };
    await client.of(Pods).create({ metadata: { name: 'kept', namespace: 'slow' }, spec } as Pod);
    await client.of(Namespaces).delete('slow');
    const failure = async () => {
      const { status } = await client.of(Namespaces).get('slow');
      const told = status?.conditions?.find(({ type }) => type === 'NamespaceDeletionContentFailure');
      return [told?.status, told?.message];
    };
    await slow.advance(15_000);
    expect((await failure())[0]).toBe('False');
    await slow.advance(10_000);
    expect(await failure()).toEqual([
      'True',
      'Failed to delete all resource types, 1 remaining: unexpected items still remain in namespace: slow for gvr: /v1, Resource=pods',
    ]);
  } finally {
    await slow.stop();
  }
});
