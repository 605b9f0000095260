import { afterEach, expect, test } from 'vitest';
import { Nodes } from '#api/core/v1/node.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { Cluster } from './cluster.ts';
import { VirtualClock } from './virtual-clock.ts';

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
  await cluster.simulation.fleet.setState('simulated-0', 'Partitioned');
  await createPod();
});
