import { expect, test } from 'vitest';
import { makeNode } from '../testing/harness.ts';
import { ClusterState } from './cluster-state.ts';

test('whether all nodes lie in one domain is known as they come, change and go', () => {
  const state = new ClusterState();
  const zones = state.topology('zone');
  const set = (name: string, zone?: string) => state.setNode(makeNode(name, zone ? { labels: { zone } } : {}));
  const steps: (readonly [change: () => void, isOne: boolean])[] = [
    [() => {}, false],
    [() => set('a', 'x'), true],
    [() => set('b', 'x'), true],
    [() => set('b', 'y'), false],
    [() => set('c'), false],
    [() => state.removeNode('b'), false],
    [() => state.removeNode('c'), true],
    [() => set('d', 'x'), true],
    [() => set('a'), false],
    [() => state.removeNode('a'), true],
    [() => state.removeNode('d'), false],
    [() => set('e'), false],
  ];
  const found = steps.map(([change]) => {
    change();
    return zones.isOne;
  });
  expect(found).toEqual(steps.map(([, isOne]) => isOne));
});
