import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Event, Events } from '#api/core/v1/event.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { silentLogger } from '#base/logger.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { createEventRecorder } from './event-recorder.ts';
import { SeriesRecorder } from './series-recorder.ts';

const MINUTE = 60_000;
let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
});
afterAll(() => cluster.stop());

const pod = (name: string): KubernetesObject => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name, namespace: 'default', uid: `uid-of-${name}` },
});
const stored = async (name: string): Promise<Event[]> => {
  const { items } = await cluster.client.of(Events).list({ namespace: 'default' });
  return items.filter(({ involvedObject }) => involvedObject.name === name);
};

function start() {
  const clock = new VirtualClock();
  const { client } = cluster;
  const options = { component: 'default-scheduler', host: 'here', clock, logger: silentLogger };
  return { clock, recorder: new SeriesRecorder(client, options) };
}

test('an event says who did what to whom, and because of whom', async () => {
  const { recorder } = start();
  const options = { action: 'Preempting', related: pod('important'), reporter: 'other' };
  recorder.record(pod('victim'), 'Normal', 'Preempted', 'Preempted by pod x on node y', options);
  await recorder.flush();
  const [event] = await stored('victim');
  const { metadata, ...said } = event as Event;
  expect(metadata?.name).toMatch(/^victim\.[0-9a-f]{16}$/);
  expect(said).toMatchObject({
    action: 'Preempting',
    eventTime: '2026-01-01T00:00:00.000000Z',
    reason: 'Preempted',
    message: 'Preempted by pod x on node y',
    reportingComponent: 'other',
    reportingInstance: 'other-here',
    involvedObject: { kind: 'Pod', apiVersion: 'v1', name: 'victim', namespace: 'default', uid: 'uid-of-victim' },
    related: { kind: 'Pod', apiVersion: 'v1', name: 'important', namespace: 'default', uid: 'uid-of-important' },
    type: 'Normal',
  });
});

test('several tell of objects of one name at one instant, and nothing is lost', async () => {
  const clock = new VirtualClock();
  const shared = { clock, logger: silentLogger };
  const deployments = createEventRecorder(cluster.client, { component: 'deployment-controller', ...shared });
  const autoscaler = createEventRecorder(cluster.client, { component: 'horizontal-pod-autoscaler', ...shared });
  const scheduler = new SeriesRecorder(cluster.client, { component: 'default-scheduler', host: 'here', ...shared });
  const scaler = { ...pod('shop'), kind: 'HorizontalPodAutoscaler', apiVersion: 'autoscaling/v2' };
  deployments.record({ ...pod('shop'), kind: 'Deployment', apiVersion: 'apps/v1' }, 'Normal', 'ScalingReplicaSet', '');
  autoscaler.record(scaler, 'Warning', 'FailedGetScale', '');
  autoscaler.record(scaler, 'Warning', 'FailedComputeMetricsReplicas', '');
  scheduler.record(pod('shop'), 'Normal', 'Scheduled', '', { action: 'Binding' });
  await Promise.all([deployments, autoscaler, scheduler].map((each) => each.flush()));
  expect((await stored('shop')).map(({ reason }) => reason).sort()).toEqual([
    'FailedComputeMetricsReplicas',
    'FailedGetScale',
    'ScalingReplicaSet',
    'Scheduled',
  ]);
});

test('what repeats itself is a series: told when it begins, when it goes on for long, and when it has ended', async () => {
  const { clock, recorder } = start();
  const again = async () => {
    recorder.record(pod('web'), 'Warning', 'FailedScheduling', 'no room', { action: 'Scheduling' });
    await recorder.flush();
  };
  const series = async () => {
    await recorder.flush();
    const events = await stored('web');
    expect(events).toHaveLength(1);
    const { count, lastObservedTime = '' } = events[0]?.series ?? {};
    return [count, lastObservedTime.slice(14, 19)];
  };
  await again();
  expect(await series()).toEqual([undefined, '']);
  await clock.advance(MINUTE);
  await again();
  expect(await series()).toEqual([2, '01:00']);
  for (let minute = 2; minute <= 40; minute++) {
    await clock.advance(MINUTE);
    await again();
  }
  expect(await series()).toEqual([36, '35:00']);
  await clock.advance(10 * MINUTE);
  expect(await series()).toEqual([41, '40:00']);
  await again();
  await recorder.flush();
  expect(await stored('web')).toHaveLength(2);
});

test('once it has ended nothing more is told of a series', async () => {
  const { clock, recorder } = start();
  for (let time = 0; time < 3; time++) {
    recorder.record(pod('ended'), 'Warning', 'FailedScheduling', 'no node fits', { action: 'Scheduling' });
  }
  await recorder.flush();
  recorder.end();
  clock.advance(7 * MINUTE);
  await recorder.flush();
  expect((await stored('ended')).map(({ series }) => series?.count)).toEqual([2]);
});
