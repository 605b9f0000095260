import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { staleAt } from './stale-disruptions.ts';

let cluster: Cluster;
const clock = new VirtualClock();
const namespace = 'default';
beforeAll(async () => {
  const controllers = ['disruption-controller', 'serviceaccount-controller'];
  cluster = await Cluster.start({ clock, controllers, scheduler: false });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const START = Date.UTC(2026, 0, 1);
const marked = (condition: object, phase = 'Running', metadata: object = {}): Pod =>
  ({
    metadata,
    status: {
      phase,
      conditions: [{ type: 'DisruptionTarget', status: 'True', lastTransitionTime: formatTime(START), ...condition }],
    },
  }) as Pod;

test.each([
  ['two minutes after it was set', marked({ reason: 'EvictionByEvictionAPI' }), START + 120_000],
  ['never when it says no', marked({ status: 'False' }), undefined],
  ['never when the kubelet set it', marked({ reason: 'TerminationByKubelet' }), undefined],
  ['never on a pod that goes', marked({}, 'Running', { deletionTimestamp: formatTime(START) }), undefined],
  ['never on a pod that is over', marked({}, 'Failed'), undefined],
  ['never where there is none', { status: { phase: 'Running' } } as Pod, undefined],
])('a mark is out of date %s', (_, pod, want) => {
  expect(staleAt(pod)).toBe(want);
});

test('a pod that was to be disrupted and is still there is told that it is not', async () => {
  const pods = cluster.client.of(Pods);
  const spec = { containers: [{ name: 'main', image: 'web:1' }] };
  const pod = await pods.create({ metadata: { name: 'spared', namespace }, spec });
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'PreemptionByScheduler',
    message: 'soon',
    lastTransitionTime: formatTime(clock.now()),
  } as const;
  await pods.updateStatus({ ...pod, status: { ...pod.status, conditions: [condition] } });
  const now = async () => (await pods.get('spared', { namespace })).status?.conditions?.[0];
  clock.advance(60_000);
  expect(await now()).toMatchObject({ status: 'True' });
  await waitFor(async () => {
    clock.advance(30_000);
    return (await now())?.status === 'False';
  });
  expect(await now()).toEqual({
    type: 'DisruptionTarget',
    status: 'False',
    observedGeneration: 1,
    lastTransitionTime: expect.any(String),
  });
});
