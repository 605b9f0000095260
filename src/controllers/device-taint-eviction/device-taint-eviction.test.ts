import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import { type DeviceTaintRule, DeviceTaintRules } from '#api/resource/v1beta2/device-taint-rule.ts';
import { mergePatch } from '#client/options.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const clock = new VirtualClock();
const namespace = 'default';
const driver = 'gpu.example.com';
beforeAll(async () => {
  const controllers = ['device-taint-eviction-controller', 'serviceaccount-controller'];
  cluster = await Cluster.start({
    clock,
    controllers,
    scheduler: false,
    featureGates: ['DRADeviceTaintRules', 'GenericWorkload'],
  });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const slices = () => cluster.client.of(ResourceSlices);
const pods = () => cluster.client.of(Pods);
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason, message, source }) => `${source?.component} ${reason} ${message}`);
};
async function makeUser(name: string, tolerations: readonly object[], pool = 'p', group?: string): Promise<void> {
  const claims = cluster.client.of(ResourceClaims);
  const spec = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } };
  const claim = await claims.create({ metadata: { name, namespace }, spec } as ResourceClaim);
  const pod = await pods().create({
    metadata: { name, namespace },
    spec: {
      nodeName: 'node-1',
      containers: [{ name: 'main', image: 'web:1' }],
      resourceClaims: [{ name: 'gpu', resourceClaimName: name }],
      ...(group ? { schedulingGroup: { podGroupName: group } } : {}),
    },
  } as Pod);
  const results = [{ request: 'gpu', driver, pool, device: 'gpu-0', tolerations }];
  const ofGroup = { apiGroup: 'scheduling.k8s.io', resource: 'podgroups', name: group, uid: 'group' };
  const reservedFor = [group ? ofGroup : { resource: 'pods', name, uid: pod.metadata?.uid }];
  const status = { reservedFor, allocation: { devices: { results } } } as unknown as ResourceClaim['status'];
  await claims.updateStatus({ ...claim, status });
}
const isLeaving = async (name: string) => (await pods().get(name, { namespace })).metadata?.deletionTimestamp;

test('pods leave a tainted device when they tolerate it no longer, and stay where the taint goes before', async () => {
  const metadata = { name: 'slice' };
  const spec = { driver, pool: { name: 'p', generation: 1, resourceSliceCount: 1 }, nodeName: 'node-1' };
  const devices = (...taints: readonly object[]) => [{ name: 'gpu-0', ...(taints.length > 0 ? { taints } : {}) }];
  await slices().create({ metadata, spec: { ...spec, devices: devices() } } as ResourceSlice);
  const toleration = { key: 'broken', operator: 'Exists', effect: 'NoExecute' };
  await makeUser('patient', [{ ...toleration, tolerationSeconds: 60 }]);
  await makeUser('impatient', []);
  await makeUser('loyal', [toleration]);
  const taint = async (...taints: readonly object[]) => {
    const slice = await slices().get('slice');
    return slices().update({ ...slice, spec: { ...slice.spec, devices: devices(...taints) } } as ResourceSlice);
  };
  const tainted = await taint({ key: 'broken', effect: 'NoExecute' });
  expect(tainted.spec.devices?.[0]?.taints?.[0]?.timeAdded).toBe(formatTime(clock.now()));
  await waitFor(() => isLeaving('impatient'));
  expect((await pods().get('impatient', { namespace })).status?.conditions).toMatchObject([
    {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'DeletionByDeviceTaintManager',
      message: 'Device Taint manager: deleting due to NoExecute taint',
    },
  ]);
  const from = 'device-taint-eviction-controller DeviceTaintManagerEviction';
  await waitFor(async () => (await eventsOf('impatient')).includes(`${from} Marking for deletion`));
  expect(await isLeaving('patient')).toBeUndefined();

  await taint();
  await waitFor(async () => (await eventsOf('patient')).includes(`${from} Cancelling deletion`));
  clock.advance(60_000);
  await taint({ key: 'broken', effect: 'NoExecute' });
  await waitFor(async () => {
    clock.advance(10_000);
    return isLeaving('patient');
  });
  expect(await isLeaving('loyal')).toBeUndefined();
});

test('administrators try out a rule, have pods leave by it, and are told', async () => {
  const rules = cluster.client.of(DeviceTaintRules);
  await slices().create({
    metadata: { name: 'whole' },
    spec: {
      driver,
      pool: { name: 'q', generation: 1, resourceSliceCount: 1 },
      nodeName: 'node-1',
      devices: [{ name: 'gpu-0' }],
    },
  } as ResourceSlice);
  await makeUser('ruled', [], 'q');
  const taint = { key: 'example.com/service', effect: 'None' };
  await rules.create({
    metadata: { name: 'service' },
    spec: { deviceSelector: { driver, pool: 'q' }, taint },
  } as DeviceTaintRule);
  const told = async () => {
    const { metadata, status } = await rules.get('service');
    const [condition] = status?.conditions ?? [];
    if (condition?.observedGeneration !== metadata?.generation) return undefined;
    return `${condition?.type} ${condition?.status} ${condition?.reason} ${condition?.message}`;
  };
  expect(await waitFor(told)).toMatch(
    /^EvictionInProgress False NoEffect 1 published device selected\. 1 allocated device selected\. 1 pod would be evicted in 1 namespace if/,
  );
  expect(await isLeaving('ruled')).toBeUndefined();
  expect((await rules.get('service')).metadata?.managedFields?.map(({ manager }) => manager)).toContain(
    'device-taint-eviction-controller',
  );

  await rules.patch('service', mergePatch({ spec: { taint: { effect: 'NoExecute' } } }));
  await waitFor(() => isLeaving('ruled'));
  await waitFor(async () => {
    clock.advance(10_000);
    return (await told())?.startsWith('EvictionInProgress False Completed');
  });
  await rules.delete('service');
});

test('a pod stays where the rule goes before its toleration ends', async () => {
  const rules = cluster.client.of(DeviceTaintRules);
  const taint = { key: 'example.com/later', effect: 'NoExecute' };
  await makeUser(
    'tolerant',
    [{ key: taint.key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 600 }],
    'q',
  );
  await rules.create({
    metadata: { name: 'later' },
    spec: { deviceSelector: { pool: 'q' }, taint },
  } as DeviceTaintRule);
  await waitFor(async () => (await rules.get('later')).status?.conditions?.[0]?.reason === 'PodsPendingEviction');
  await rules.delete('later');
  const from = 'device-taint-eviction-controller DeviceTaintManagerEviction';
  await waitFor(async () => (await eventsOf('tolerant')).includes(`${from} Cancelling deletion`));
});

test('a rule waits no longer for a pod that somebody else deleted', async () => {
  const rules = cluster.client.of(DeviceTaintRules);
  const taint = { key: 'example.com/gone', effect: 'NoExecute' };
  const toleration = { key: taint.key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 86_400 };
  await makeUser('gone', [toleration], 'own');
  await rules.create({
    metadata: { name: 'gone' },
    spec: { deviceSelector: { pool: 'own' }, taint },
  } as DeviceTaintRule);
  const reason = async () => (await rules.get('gone')).status?.conditions?.[0]?.reason;
  const isTold = (wanted: string) =>
    waitFor(async () => {
      clock.advance(1000);
      return (await reason()) === wanted;
    });
  for (let second = 0; second < 30; second++) await isTold('PodsPendingEviction');
  await pods().delete('gone', { namespace });
  await isTold('NotStarted');
  await rules.delete('gone');
});

test('pods leave a tainted device that is reserved for their group', async () => {
  await makeUser('member', [], 'shared', 'ring');
  const pool = { name: 'shared', generation: 1, resourceSliceCount: 1 };
  const devices = [{ name: 'gpu-0', taints: [{ key: 'broken', effect: 'NoExecute' }] }];
  await slices().create({
    metadata: { name: 'shared' },
    spec: { driver, pool, nodeName: 'node-1', devices },
  } as ResourceSlice);
  await waitFor(() => isLeaving('member'));
});
