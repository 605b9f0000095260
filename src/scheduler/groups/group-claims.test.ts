import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { type DeviceClass, DeviceClasses } from '#api/resource/v1/device-class.ts';
import { type ResourceClaim, ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
import { type ResourceSlice, ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { jsonPatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';

const namespace = 'default';
const driver = 'gpu.example.com';
const spec = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } };
let cluster: Cluster;

beforeEach(async () => {
  cluster = await Cluster.start({
    controllers: ['resourceclaim-controller'],
    disableAdmissionPlugins: ['ServiceAccount'],
    featureGates: ['GenericWorkload', 'GangScheduling', 'DRAWorkloadResourceClaims'],
    clock: new VirtualClock(),
    seed: 1,
  });
  const { client } = cluster;
  await client.of(DeviceClasses).create({ metadata: { name: 'gpu' }, spec: {} } as DeviceClass);
  await client.of(ResourceClaimTemplates).create({ metadata: { name: 'gpus', namespace }, spec: { spec } });
});
afterEach(() => cluster.stop());

/** A node with room for so many pods, and one device. */
async function addNode(name: string, cpu: string) {
  const capacity = { cpu, memory: '8Gi', pods: '110' };
  const nodes = cluster.client.of(Nodes);
  await nodes.create({ metadata: { name }, spec: {}, status: { capacity, allocatable: capacity } } as Node);
  await nodes.patch(name, jsonPatch([{ op: 'replace', path: '/spec/taints', value: [] }]));
  const pool = { name, generation: 1, resourceSliceCount: 1 };
  const devices = [{ name: `${name}-0` }];
  await cluster.client
    .of(ResourceSlices)
    .create({ metadata: { name }, spec: { driver, pool, nodeName: name, devices } } as ResourceSlice);
}

const addGroup = (minCount: number, resourceClaims: readonly object[] = []) =>
  cluster.client.of(PodGroups).create({
    metadata: { name: 'ring', namespace },
    spec: { schedulingPolicy: { gang: { minCount } }, resourceClaims },
  } as PodGroup);

const addPod = (name: string, claim: object, podGroupName = 'ring') =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace },
    spec: {
      containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '1' } } }],
      schedulingGroup: { podGroupName },
      resourceClaims: [claim],
    },
  } as Pod);

const fromTemplate = { name: 'gpu', resourceClaimTemplateName: 'gpus' };
const byName = { name: 'gpu', resourceClaimName: 'one' };

async function nodesAfter(seconds: number): Promise<Record<string, string>> {
  await cluster.advance(seconds * 1000);
  const { items } = await cluster.client.of(Pods).list();
  return Object.fromEntries(items.map(({ metadata, spec: pod }) => [metadata?.name, pod?.nodeName ?? '']));
}
const onlyClaim = async () => {
  const { items } = await cluster.client.of(ResourceClaims).list();
  expect(items).toHaveLength(1);
  return items[0] as ResourceClaim;
};

test('a gang shares the claim of its group, which is reserved for the group', async () => {
  await addNode('a', '1');
  await addNode('b', '8');
  const { metadata } = await addGroup(3, [fromTemplate]);
  for (const name of ['x', 'y', 'z']) await addPod(name, fromTemplate);
  expect(await nodesAfter(30)).toEqual({ x: 'b', y: 'b', z: 'b' });
  const { status } = await onlyClaim();
  expect(status?.allocation?.devices?.results).toMatchObject([{ device: 'b-0' }]);
  expect(status?.reservedFor).toEqual([
    { apiGroup: 'scheduling.k8s.io', resource: 'podgroups', name: 'ring', uid: metadata?.uid },
  ]);
  await addPod('late', fromTemplate);
  expect((await nodesAfter(30)).late).toBe('b');
  expect((await onlyClaim()).status?.reservedFor).toHaveLength(1);
});

test('a gang whose pods name one claim gets it together, each pod for itself', async () => {
  await addNode('b', '8');
  await cluster.client.of(ResourceClaims).create({ metadata: { name: 'one', namespace }, spec } as ResourceClaim);
  await addGroup(2);
  const pods = [await addPod('x', byName), await addPod('y', byName)];
  expect(await nodesAfter(30)).toEqual({ x: 'b', y: 'b' });
  const { status } = await onlyClaim();
  const uids = status?.reservedFor?.map(({ resource, uid }) => `${resource} ${uid}`);
  expect(uids?.sort()).toEqual(pods.map(({ metadata }) => `pods ${metadata?.uid}`).sort());
});

test('a claim that a group names is reserved for it by the pods that name it alike', async () => {
  await addNode('b', '8');
  await cluster.client.of(ResourceClaims).create({ metadata: { name: 'one', namespace }, spec } as ResourceClaim);
  const { metadata: group } = await addGroup(2, [byName]);
  await addPod('x', byName);
  const { metadata: odd } = await addPod('odd', { ...byName, name: 'other' });
  expect(await nodesAfter(30)).toEqual({ x: 'b', odd: 'b' });
  const { status } = await onlyClaim();
  expect(status?.reservedFor?.map(({ resource, uid }) => `${resource} ${uid}`).sort()).toEqual([
    `podgroups ${group?.uid}`,
    `pods ${odd?.uid}`,
  ]);
});

test('what a gang that does not fit wanted is free again', async () => {
  await addNode('a', '1');
  await addGroup(2, [fromTemplate]);
  await addPod('x', fromTemplate);
  await addPod('y', fromTemplate);
  expect(await nodesAfter(30)).toEqual({ x: '', y: '' });
  expect((await onlyClaim()).status?.allocation).toBeUndefined();
  await addPod('alone', { name: 'own', resourceClaimTemplateName: 'gpus' }, 'other');
  await cluster.client.of(PodGroups).create({
    metadata: { name: 'other', namespace },
    spec: { schedulingPolicy: { basic: {} } },
  } as PodGroup);
  expect((await nodesAfter(30)).alone).toBe('a');
});
