import { expect, test } from 'vitest';
import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { podsToCollect } from './pods-to-collect.ts';

const pod = (
  name: string,
  {
    phase = 'Running',
    node,
    deleted,
    reason,
    created,
  }: {
    phase?: string;
    node?: string;
    deleted?: boolean;
    reason?: string;
    created?: string;
  } = {},
): Pod => ({
  metadata: {
    name,
    creationTimestamp: created ?? '2026-01-01T00:00:00Z',
    ...(deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}),
  },
  spec: { containers: [], ...(node ? { nodeName: node } : {}) },
  status: { phase, ...(reason ? { reason } : {}) },
});
const nodes = new Map<string, Node>([
  ['up', { status: { conditions: [{ type: 'Ready', status: 'True' }] } }],
  ['out', { spec: { taints: [{ key: 'node.kubernetes.io/out-of-service', effect: 'NoExecute' }] } }],
]);
const collect = (pods: readonly Pod[], terminatedPodThreshold = 100) =>
  podsToCollect({ pods, nodes, isGone: (name) => name === 'gone', terminatedPodThreshold }).map(
    ({ pod: { metadata }, reason }) => `${metadata?.name} ${reason}`,
  );

test.each([
  ['running pods stay', [pod('a', { node: 'up' }), pod('b')], []],
  ['pods of a node that is gone go', [pod('a', { node: 'gone' }), pod('b', { node: 'missing' })], ['a orphaned']],
  ['terminating pods that were never scheduled go', [pod('a', { deleted: true })], ['a unscheduled']],
  ['terminating pods of a live node stay', [pod('a', { deleted: true, node: 'up' })], []],
  [
    'terminating pods of a node out of service go',
    [pod('a', { deleted: true, node: 'out' }), pod('b', { node: 'out' })],
    ['a out-of-service'],
  ],
] as const)('%s', (_, pods, want) => {
  expect(collect(pods)).toEqual(want);
});

test('of finished pods beyond the threshold evicted ones go first, then the oldest', () => {
  const pods = [
    pod('old', { phase: 'Failed', created: '2025-01-01T00:00:00Z' }),
    pod('older', { phase: 'Succeeded', created: '2024-01-01T00:00:00Z' }),
    pod('evicted', { phase: 'Failed', reason: 'Evicted' }),
    pod('new', { phase: 'Succeeded' }),
    pod('running'),
  ];
  expect(collect(pods, 2)).toEqual(['evicted terminated', 'older terminated']);
});
