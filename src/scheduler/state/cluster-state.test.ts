import { expect, test } from 'vitest';
import type { Node } from '#api/core/v1/node.ts';
import type { Pod } from '#api/core/v1/pod.ts';
import { ClusterState } from './cluster-state.ts';
import { CPU } from './resource-table.ts';

const allocatable = { cpu: '8', memory: '8Gi', pods: '110' };
const pod = (cpu: string, { generation = 1, labels = {}, nodeName = '', status = {} } = {}) =>
  ({
    metadata: { name: 'p', namespace: 'default', uid: 'p', generation, labels },
    spec: {
      containers: [{ name: 'c', image: 'x', resources: { requests: { cpu } } }],
      ...(nodeName ? { nodeName } : {}),
    },
    status,
  }) as unknown as Pod;

function newState() {
  const state = new ClusterState();
  state.setNode({ metadata: { name: 'n' }, spec: {}, status: { allocatable } } as Node);
  const slot = state.get('n')?.slot ?? -1;
  return { state, requested: () => state.resources.requested[CPU]?.[slot] };
}

test('a pod that was resized and labelled while it was bound counts as it is', () => {
  const { state, requested } = newState();
  state.assume(state.describe(pod('1')), 'n');
  const bound = { generation: 2, labels: { a: 'b' }, nodeName: 'n' };
  state.placePod(state.describe(pod('2', bound)), 'n');
  expect(requested()).toBe(2000);
  expect(state.get('n')?.pods.get('p')?.class.labels).toEqual({ a: 'b' });
});

test('a pod counts less when it turns out that it can never grow, and when a sidecar has shrunk', () => {
  const { state, requested } = newState();
  const containerStatuses = [{ name: 'c', resources: { requests: { cpu: '1' } } }];
  const placed = (status: object) =>
    state.placePod(state.describe(pod('4', { generation: 2, nodeName: 'n', status })), 'n');
  placed({ containerStatuses });
  expect(requested()).toBe(4000);
  placed({ containerStatuses, conditions: [{ type: 'PodResizePending', status: 'True', reason: 'Infeasible' }] });
  expect(requested()).toBe(1000);
});
