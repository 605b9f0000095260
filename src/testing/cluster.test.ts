import { readFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { Nodes } from '#api/core/v1/node.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { Cluster, readSimulationConfiguration, VirtualClock, waitFor } from './index.ts';

let cluster: Cluster;
afterEach(() => cluster.stop());

const nodeNames = async () => (await cluster.client.of(Nodes).list({})).items.map(({ metadata }) => metadata?.name);

const createPod = () =>
  cluster.client.of(Pods).create({
    metadata: { name: 'web', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  });

test.each([
  ['real', {}],
  ['virtual', { clock: new VirtualClock(), seed: 1 }],
])('nodes are there and pods can be made as soon as it has started, on the %s clock', async (_, options) => {
  cluster = await Cluster.start({ simulatedNodes: 2, ...options });
  expect(await nodeNames()).toEqual(['simulated-0', 'simulated-1']);
  const { fleet } = cluster.simulation;
  await fleet.setState('simulated-0', 'Partitioned');
  expect(fleet.state('simulated-0')).toBe('Partitioned');
  await createPod();
});

test('nodes that are counted and those that are described come together, and stages need no nodes', async () => {
  const stages = [{ name: 'fail', when: { phase: 'Ready' }, delayMs: 0, next: 'Failed' }] as const;
  cluster = await Cluster.start({
    simulatedNodes: 1,
    simulation: { nodes: [{ count: 1, namePrefix: 'gpu-' }], stages },
  });
  expect(await nodeNames()).toEqual(['gpu-0', 'simulated-0']);
  await cluster.stop();
  cluster = await Cluster.start({ simulatedNodes: 1, simulation: { stages } });
  expect(await nodeNames()).toEqual(['simulated-0']);
});

test.each([
  [{ simulatedNodes: 0.5 }, 'nodes[0].count: Invalid value: 0.5: must be greater than zero'],
  [{ simulation: { stages: [{ name: 's', next: 'Ready', delayMs: 0 }] } }, 'stages[0].when.phase: Required value'],
  [
    { simulation: { stages: [{ name: 's', when: { phase: 'Ready' }, next: 'Failed', delay: '5s' }] } },
    'stages[0].delayMs: Required value (stage "s")',
  ],
  [
    { simulation: { stages: [{ name: 's', when: { phase: 'Ready' }, next: 'Failed', delayMs: 0, jitterMs: -1 }] } },
    'stages[0].jitterMs: Invalid value: -1: must be milliseconds (stage "s")',
  ],
  [
    { simulation: { stages: [{ name: 's', when: { phase: 'Running' }, next: 'Restarted', delayMs: 0 }] } },
    'stages[0].delayMs: Required value: containers would be started anew without end (stage "s")',
  ],
])('%j is refused before anything starts', async (options, message) => {
  await expect(Cluster.start(options as never)).rejects.toThrow(`simulate cluster: ${message}`);
});

test('what cannot be asked of a cluster is refused by name', async () => {
  cluster = await Cluster.start({ clock: new VirtualClock(), simulatedNodes: 1 });
  const { fleet } = cluster.simulation;
  await expect(fleet.setState('simulated-0', 'stopped' as never)).rejects.toThrow(
    'stopped is none of Running, Partitioned, Stopped',
  );
  await expect(fleet.setState('simulated-1', 'Stopped')).rejects.toThrow('nodes "simulated-1" not found');
  await expect(cluster.advance(-1)).rejects.toThrow('-1 is no number of milliseconds');
  await cluster.stop();
  await expect(cluster.listen()).rejects.toThrow('the cluster was stopped');
});

test('a node that others make is simulated where none was asked for', async () => {
  const clock = new VirtualClock();
  cluster = await Cluster.start({ clock, simulation: {} });
  await cluster.client.of(Nodes).create({ metadata: { name: 'n', annotations: { 'kwok.x-k8s.io/node': 'fake' } } });
  await createPod();
  await cluster.advance(1000);
  const { status } = await cluster.client.of(Pods).get('web', { namespace: 'default' });
  expect(status?.phase).toBe('Running');
});

test('a file says what is simulated in a test as well', async () => {
  const text = readFileSync(new URL('../../examples/simulation.yaml', import.meta.url), 'utf8');
  cluster = await Cluster.start({ simulation: readSimulationConfiguration(text) });
  expect(await nodeNames()).toHaveLength(11);
  await createPod();
  const { pods } = cluster.simulation.metrics;
  await waitFor(() => pods.get('default', 'web') !== undefined);
});
