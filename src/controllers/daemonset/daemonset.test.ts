import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ControllerRevision, ControllerRevisions } from '#api/apps/v1/controller-revision.ts';
import { type DaemonSet, DaemonSets } from '#api/apps/v1/daemon-set.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { mergePatch, strategicPatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = [
    'daemonset-controller',
    'garbage-collector-controller',
    'node-lifecycle-controller',
    'serviceaccount-controller',
  ];
  cluster = await Cluster.start({ controllers, scheduler: true, simulatedNodes: 3 });
});
afterAll(() => cluster.stop());

const set = (name: string, spec: Pod['spec'] = { containers: [{ name: 'main', image: 'agent:1' }] }): DaemonSet => ({
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec } },
});
const status = async (name: string) => (await cluster.client.of(DaemonSets).get(name, { namespace })).status;
const podsOf = async (name: string): Promise<readonly Pod[]> =>
  (await cluster.client.of(Pods).list({ namespace, labelSelector: `app=${name}` })).items;
const available = (name: string, count: number) =>
  waitFor(
    async () => {
      const found = await status(name);
      return found?.desiredNumberScheduled === count && (found.numberAvailable ?? 0) === count && found;
    },
    { what: `${count} daemons of ${name}` },
  );

test('every node gets one pod, also one that is cordoned', async () => {
  const cordon = mergePatch({ spec: { unschedulable: true } });
  await waitFor(() => cluster.client.of(Nodes).patch('simulated-0', cordon));
  await cluster.client.of(DaemonSets).create(set('agent'));
  await available('agent', 3);
  const nodes = (await podsOf('agent')).map(({ spec }) => spec?.nodeName).sort();
  expect(nodes).toEqual(['simulated-0', 'simulated-1', 'simulated-2']);
});

test('pods follow the labels of nodes', async () => {
  const spec = { nodeSelector: { disk: 'fast' }, containers: [{ name: 'main', image: 'agent:1' }] };
  await cluster.client.of(DaemonSets).create(set('fast', spec));
  await waitFor(async () => (await status('fast'))?.observedGeneration === 1);
  expect(await podsOf('fast')).toEqual([]);
  await cluster.client.of(Nodes).patch('simulated-1', mergePatch({ metadata: { labels: { disk: 'fast' } } }));
  await available('fast', 1);
  await cluster.client.of(Nodes).patch('simulated-1', mergePatch({ metadata: { labels: { disk: null } } }));
  await waitFor(async () => (await podsOf('fast')).length === 0);
});

test('a new template replaces the pods of all nodes', async () => {
  await cluster.client.of(DaemonSets).create(set('roll'));
  await available('roll', 3);
  const containers = [{ name: 'main', image: 'agent:2' }];
  const patch = strategicPatch({ spec: { template: { spec: { containers } } } });
  await cluster.client.of(DaemonSets).patch('roll', patch, { namespace });
  await waitFor(async () => {
    const found = await status('roll');
    return found?.observedGeneration === 2 && found.updatedNumberScheduled === 3 && found.numberAvailable === 3;
  });
  expect((await podsOf('roll')).map(({ spec }) => spec?.containers[0]?.image)).toEqual([
    'agent:2',
    'agent:2',
    'agent:2',
  ]);
});

const revisionsOf = async (name: string): Promise<readonly ControllerRevision[]> =>
  (await cluster.client.of(ControllerRevisions).list({ namespace, labelSelector: `app=${name}` })).items;
const namesOf = (objects: readonly (Pod | ControllerRevision)[]) =>
  objects.map(({ metadata }) => metadata?.name).sort();

test('a set that comes again takes over the pods and the revisions that it left', async () => {
  const sets = cluster.client.of(DaemonSets);
  await sets.create(set('again'));
  await available('again', 3);
  const before = [namesOf(await podsOf('again')), namesOf(await revisionsOf('again'))];
  await sets.delete('again', { namespace, propagationPolicy: 'Orphan' });
  await waitFor(async () => (await status('again').catch(() => 'gone')) === 'gone');
  await sets.create(set('again'));
  await available('again', 3);
  expect([namesOf(await podsOf('again')), namesOf(await revisionsOf('again'))]).toEqual(before);
  expect((await status('again'))?.updatedNumberScheduled).toBe(3);
});

test('of two revisions of one template the later stays, and the pods are its own', async () => {
  await cluster.client.of(DaemonSets).create(set('twice'));
  await available('twice', 3);
  const [first] = await revisionsOf('twice');
  const { ownerReferences, labels } = first?.metadata ?? {};
  const metadata = {
    name: 'twice-later',
    namespace,
    labels: { ...labels, 'controller-revision-hash': 'later' },
    ...(ownerReferences ? { ownerReferences } : {}),
  };
  const later = { metadata, data: first?.data, revision: 2 } as ControllerRevision;
  await cluster.client.of(ControllerRevisions).create(later);
  const pods = namesOf(await podsOf('twice'));
  await cluster.client
    .of(DaemonSets)
    .patch('twice', mergePatch({ metadata: { annotations: { seen: 'yes' } } }), { namespace });
  await waitFor(async () => namesOf(await revisionsOf('twice')).join() === 'twice-later');
  const hashes = (await podsOf('twice')).map(({ metadata }) => metadata?.labels?.['controller-revision-hash']);
  expect([namesOf(await podsOf('twice')), hashes]).toEqual([pods, ['later', 'later', 'later']]);
});
