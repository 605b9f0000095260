import { expect, test } from 'vitest';
import { Nodes } from '#api/core/v1/node.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { nextLevel, secondsAt } from './ttl-levels.ts';

test.each([
  [0, 100, 0],
  [0, 101, 15],
  [1, 95, 15],
  [1, 89, 0],
  [0, 5000, 300],
  [4, 50, 0],
  [4, 20_000, 600],
])('coming from level %i, %i nodes may keep things for %i s', (level, nodes, seconds) => {
  expect(secondsAt(nextLevel(level, nodes))).toBe(seconds);
});

test('nodes are told', async () => {
  const cluster = await Cluster.start({ controllers: ['ttl-controller'], scheduler: false });
  await cluster.client.of(Nodes).create({ metadata: { name: 'node-1' } });
  await waitFor(async () => {
    const { metadata } = await cluster.client.of(Nodes).get('node-1');
    return metadata?.annotations?.['node.alpha.kubernetes.io/ttl'] === '0';
  });
  await cluster.stop();
});
