import { expect, test } from 'vitest';
import { VirtualClock } from '#testing/virtual-clock.ts';
import type { ClusterEvent } from '../framework/cluster-event.ts';
import { unschedulable } from '../framework/status.ts';
import { ClusterState } from '../state/cluster-state.ts';
import { makeNode, makePod } from '../testing/harness.ts';
import { SchedulingQueue } from './scheduling-queue.ts';

const FIT = new Set(['NodeResourcesFit']);
const OTHER = new Set(['Other']);
const NOBODY = new Set<string>();

function start() {
  const clock = new VirtualClock();
  const state = new ClusterState();
  const closed = new Set<string>();
  const entered: string[] = [];
  const queue = new SchedulingQueue({
    clock,
    order: (a, b) => b.priority - a.priority,
    gate: ({ uid }) => (closed.has(uid) ? unschedulable('SchedulingGates', 'closed') : undefined),
    concerned: (plugin) => plugin === 'NodeResourcesFit',
    mayHelp: (refusedBy) => refusedBy.has('NodeResourcesFit'),
    entered: (name, event) => entered.push(`${name} after ${event}`),
  });
  const put = (name: string, priority = 0) => queue.put(state.describe(makePod(name, { spec: { priority } })));
  const take = () => queue.take()?.info.pod.metadata?.name;
  const giveBack = (refusedBy: ReadonlySet<string>) => {
    const pod = queue.take();
    if (pod) queue.giveBack(pod, refusedBy);
  };
  const nodeCame = () => queue.moveOnEvent({ name: 'NodeAdd', object: makeNode('n') as never });
  return { clock, state, queue, closed, entered, put, take, giveBack, nodeCame };
}

test('pods are taken by priority, then by when they came or came back', async () => {
  const { clock, put, take, giveBack, nodeCame } = start();
  put('first');
  giveBack(FIT);
  await clock.advance(1000);
  put('second');
  put('important', 10);
  nodeCame();
  await clock.advance(1000);
  expect([take(), take(), take(), take()]).toEqual(['important', 'first', 'second', undefined]);
});

test('a pod that was refused waits for what may help it, and longer each time', async () => {
  const { clock, queue, put, giveBack, nodeCame } = start();
  put('refused', 10);
  // While there is another one to try, nothing is tried early.
  put('other');
  const waited: number[] = [];
  for (let round = 0; round < 6; round++) {
    giveBack(FIT);
    const since = clock.monotonic();
    nodeCame();
    while (queue.sizes.active < 2) await clock.advance(500);
    waited.push(clock.monotonic() - since);
  }
  expect(waited).toEqual([1000, 2000, 4000, 8000, 10_000, 10_000]);
});

test('rather than doing nothing refused pods are tried early, but none for which something went wrong', async () => {
  const { clock, put, take, giveBack, nodeCame } = start();
  put('broken');
  giveBack(NOBODY);
  put('refused');
  giveBack(FIT);
  nodeCame();
  expect([take(), take()]).toEqual(['refused', undefined]);
  await clock.advance(1000);
  expect(take()).toBe('broken');
});

test('what brings a pod into a queue is told by the names people know', async () => {
  const { clock, queue, closed, entered, put, giveBack, nodeCame } = start();
  closed.add('uid-of-gated');
  put('gated');
  closed.clear();
  queue.activate('uid-of-gated');
  giveBack(FIT);
  nodeCame();
  await clock.advance(1000);
  giveBack(FIT);
  await clock.advance(6 * 60_000);
  expect(entered).toEqual([
    'unschedulable after UnschedulablePodAdd',
    'active after ForceActivate',
    'unschedulable after ScheduleAttemptFailure',
    'backoff after NodeAdd',
    'active after BackoffComplete',
    'unschedulable after ScheduleAttemptFailure',
    'active after UnschedulableTimeout',
  ]);
});

test('what happens while the gate keeps a pod that was refused is no news to it, what happens afterwards is', () => {
  const { queue, closed, put, take, giveBack, nodeCame } = start();
  put('one');
  closed.add('uid-of-one');
  giveBack(FIT);
  nodeCame();
  closed.clear();
  expect([take(), queue.sizes.unschedulable]).toEqual([undefined, 1]);
  queue.resume('uid-of-one');
  expect(take()).toBeUndefined();
  nodeCame();
  expect(take()).toBe('one');
});

test('a pod that changes while it waits or is tried is tried again only if that may help, and is as it is then', () => {
  const { queue, state } = start();
  const info = (app: string) => state.describe(makePod('one', { labels: { app } }));
  const change = (name: ClusterEvent) => [{ name, object: info('').pod as never }];
  queue.put(info('a'));
  const tried = queue.take();
  queue.put(info('b'), change('UnscheduledPodUpdate'));
  if (tried) queue.giveBack(tried, OTHER);
  expect([queue.sizes.unschedulable, queue.infoOf('uid-of-one')?.class.labels]).toEqual([1, { app: 'b' }]);
  queue.put(info('c'), change('UnscheduledPodUpdate'));
  expect([queue.sizes.unschedulable, queue.infoOf('uid-of-one')?.class.labels]).toEqual([1, { app: 'c' }]);
  queue.activate('uid-of-one');
  const again = queue.take();
  queue.put(info('d'), change('UnscheduledPodUpdatePodLabel'));
  if (again) queue.giveBack(again, FIT);
  expect([queue.sizes.backoff, queue.infoOf('uid-of-one')?.class.labels]).toEqual([1, { app: 'd' }]);
});

test('an event that comes while a pod is tried counts, too', () => {
  const { queue, put, nodeCame } = start();
  put('one');
  const pod = queue.take();
  nodeCame();
  if (pod) queue.giveBack(pod, FIT);
  expect(queue.sizes).toEqual({ active: 0, backoff: 1, unschedulable: 0, gated: 0 });
});
