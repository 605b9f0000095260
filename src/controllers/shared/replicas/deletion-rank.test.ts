import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import { rankForDeletion } from './deletion-rank.ts';

const now = Date.UTC(2026, 0, 2);
const time = (secondsAgo: number) => new Date(now - secondsAgo * 1000).toISOString();

interface Traits {
  readonly node?: string;
  readonly phase?: string;
  readonly readyFor?: number;
  readonly cost?: string;
  readonly restarts?: number;
  readonly age?: number;
}

/** A pod that runs on a node and has been ready for an hour, but for its traits. */
const pod = (
  name: string,
  { node = 'n', phase = 'Running', readyFor = 3600, cost, restarts = 0, age = 7200 }: Traits = {},
): Pod => ({
  metadata: {
    name,
    uid: name,
    creationTimestamp: time(age),
    ...(cost ? { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } } : {}),
  },
  spec: { containers: [], ...(node ? { nodeName: node } : {}) },
  status: {
    phase,
    conditions: [
      { type: 'Ready', status: readyFor < 0 ? 'False' : 'True', lastTransitionTime: time(Math.abs(readyFor)) },
    ],
    containerStatuses: [{ name: 'main', restartCount: restarts, ready: true, image: '', imageID: '' }],
  },
});

test.each([
  ['unassigned before assigned', pod('a', { node: '', readyFor: -1 }), pod('b', { phase: 'Pending', readyFor: -1 })],
  ['pending before running', pod('a', { phase: 'Pending', cost: '5' }), pod('b')],
  ['unknown before running', pod('a', { phase: 'Unknown' }), pod('b', { readyFor: -1 })],
  ['not ready before ready', pod('a', { readyFor: -1, cost: '9' }), pod('b')],
  ['cheap before dear', pod('a', { cost: '-1' }), pod('b')],
  ['ready for a short time before long', pod('a', { readyFor: 60 }), pod('b')],
  ['restarted often before seldom', pod('a', { restarts: 3 }), pod('b')],
  ['young before old', pod('a', { age: 3601, restarts: 1 }), pod('b', { restarts: 1, age: 86_400 })],
  ['of one age by uid', pod('a', { readyFor: 3601 }), pod('b', { readyFor: 3600 })],
] as const)('%s', (_, first, second) => {
  const ranked = rankForDeletion([second, first], [], now);
  expect(ranked.map(({ metadata }) => metadata?.name)).toEqual(['a', 'b']);
});

test('pods doubled up on one node go before those alone on theirs', () => {
  const pods = [pod('alone', { node: 'x' }), pod('doubled', { node: 'y', readyFor: 86_400 })];
  const sibling = pod('sibling', { node: 'y' });
  expect(rankForDeletion(pods, [...pods, sibling], now).map(({ metadata }) => metadata?.name)).toEqual([
    'doubled',
    'alone',
  ]);
});
