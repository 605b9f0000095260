import { afterAll, beforeAll, test } from 'vitest';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { jsonPatch, mergePatch } from '#client/options.ts';
import { createSchedulerComponent } from '#cluster/scheduler-component.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

const namespace = 'default';
let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false, disableAdmissionPlugins: ['ServiceAccount'] });
  cluster.run(createSchedulerComponent(cluster.environment));
  const capacity = { cpu: '1', memory: '8Gi', pods: '110' };
  const nodes = cluster.client.of(Nodes);
  await nodes.create({ metadata: { name: 'n' }, spec: {}, status: { capacity, allocatable: capacity } } as Node);
  await nodes.patch('n', jsonPatch([{ op: 'replace', path: '/spec/taints', value: [] }]));
});
afterAll(() => cluster.stop());

const pods = () => cluster.client.of(Pods);
const addPod = (name: string, spec: Partial<NonNullable<Pod['spec']>> = {}) =>
  pods().create({
    metadata: { name, namespace },
    spec: { containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '800m' } } }], ...spec },
  } as Pod);
const isRefused = async (name: string) =>
  (await pods().get(name, { namespace })).status?.conditions?.some(({ reason }) => reason === 'Unschedulable');
const isPlaced = async (name: string) => (await pods().get(name, { namespace })).spec?.nodeName === 'n';

test('room is kept for what a nominated pod asks for now', async () => {
  await addPod('expected', { nodeSelector: { disk: 'ssd' } });
  await waitFor(() => isRefused('expected'));
  const nominated = mergePatch({ status: { nominatedNodeName: 'n' } });
  await pods().patch('expected', nominated, { namespace, subresource: 'status' });
  await addPod('early');
  await waitFor(() => isRefused('early'));
  const smaller = [{ op: 'replace', path: '/spec/containers/0/resources/requests/cpu', value: '100m' }] as const;
  await pods().patch('expected', jsonPatch(smaller), { namespace, subresource: 'resize' });
  await addPod('late');
  await waitFor(async () => (await isPlaced('late')) || (await isPlaced('early')));
});
