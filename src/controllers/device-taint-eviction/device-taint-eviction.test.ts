import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
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
  cluster = await Cluster.start({ clock, controllers, scheduler: false });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const slices = () => cluster.client.of(ResourceSlices);
const pods = () => cluster.client.of(Pods);
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason, message, source }) => `${source?.component} ${reason} ${message}`);
};
async function makeUser(name: string, tolerations: readonly object[]): Promise<void> {
  const claims = cluster.client.of(ResourceClaims);
  const spec = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } };
  const claim = await claims.create({ metadata: { name, namespace }, spec } as ResourceClaim);
  const pod = await pods().create({
    metadata: { name, namespace },
    spec: {
      nodeName: 'node-1',
      containers: [{ name: 'main', image: 'web:1' }],
      resourceClaims: [{ name: 'gpu', resourceClaimName: name }],
    },
  } as Pod);
  const results = [{ request: 'gpu', driver, pool: 'p', device: 'gpu-0', tolerations }];
  const reservedFor = [{ resource: 'pods', name, uid: pod.metadata?.uid }];
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
