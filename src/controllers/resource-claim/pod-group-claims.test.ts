import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
import { type PodGroup, PodGroups } from '#api/scheduling/v1alpha2/pod-group.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = [
    'garbage-collector-controller',
    'podgroup-protection-controller',
    'resourceclaim-controller',
    'serviceaccount-controller',
  ];
  const featureGates = ['GenericWorkload', 'DRAWorkloadResourceClaims'];
  cluster = await Cluster.start({ controllers, scheduler: false, featureGates });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const claims = () => cluster.client.of(ResourceClaims);
const groups = () => cluster.client.of(PodGroups);
const pods = () => cluster.client.of(Pods);
const gpu = (resourceClaimTemplateName: string) => ({ name: 'gpu', resourceClaimTemplateName });
const addTemplate = (name: string) =>
  cluster.client.of(ResourceClaimTemplates).create({
    metadata: { name, namespace },
    spec: { spec: { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } } },
  });
const addGroup = (name: string, template: string) =>
  groups().create({
    metadata: { name, namespace },
    spec: { schedulingPolicy: { basic: {} }, resourceClaims: [gpu(template)] },
  } as PodGroup);
const addPod = (name: string, podGroupName: string, { template = 'gpus', nodeName = '' } = {}) =>
  pods().create({
    metadata: { name, namespace },
    spec: {
      containers: [{ name: 'main', image: 'web:1' }],
      schedulingGroup: { podGroupName },
      resourceClaims: [gpu(template)],
      ...(nodeName ? { nodeName } : {}),
    },
  } as Pod);
const generated = (of: typeof pods | typeof groups, name: string) =>
  waitFor(async () => (await of().get(name, { namespace })).status?.resourceClaimStatuses?.[0]?.resourceClaimName);

test('pods share the claim that is made for their group; one of another template has its own', async () => {
  await addPod('early', 'ring');
  await addGroup('ring', 'gpus');
  await waitFor(async () => {
    const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: 'involvedObject.name=ring' });
    return items.some(
      ({ reason, message }) =>
        `${reason} ${message}` ===
        'FailedResourceClaimCreation PodGroupResourceClaim gpu: resource claim template "gpus": resourceclaimtemplate.resource.k8s.io "gpus" not found',
    );
  });
  await addTemplate('gpus');
  await addTemplate('others');
  await addPod('late', 'ring');
  await addPod('odd', 'ring', { template: 'others' });
  const shared = await generated(groups, 'ring');
  expect(shared).toMatch(/^ring-gpu-/);
  expect((await claims().get(shared, { namespace })).metadata).toMatchObject({
    annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
    ownerReferences: [{ apiVersion: 'scheduling.k8s.io/v1alpha2', kind: 'PodGroup', name: 'ring', controller: true }],
  });
  expect(await generated(pods, 'early')).toBe(shared);
  expect(await generated(pods, 'late')).toBe(shared);
  expect(await generated(pods, 'odd')).toMatch(/^odd-gpu-/);
  expect((await claims().list({ namespace })).items).toHaveLength(2);
});

test('what a group reserved stays when its pods go, and goes with the group', async () => {
  const { metadata } = await addGroup('few', 'gpus');
  await addPod('placed', 'few', { nodeName: 'node-1' });
  const name = await generated(groups, 'few');
  expect(await generated(pods, 'placed')).toBe(name);
  const claim = await claims().get(name, { namespace });
  const finalizers = ['resource.kubernetes.io/delete-protection'];
  const guarded = await claims().update({ ...claim, metadata: { ...claim.metadata, finalizers } });
  const result = { request: 'gpu', driver: 'gpu.example.com', pool: 'node-1', device: 'gpu-0' };
  await claims().updateStatus({ ...guarded, status: { allocation: { devices: { results: [result] } } } });
  const reserved = { apiGroup: 'scheduling.k8s.io', resource: 'podgroups', name: 'few', uid: metadata?.uid };
  const reservations = async () => (await claims().get(name, { namespace })).status?.reservedFor;
  await waitFor(async () => (await reservations())?.length === 1);
  expect(await reservations()).toEqual([reserved]);
  await pods().delete('placed', { namespace, gracePeriodSeconds: 0 });
  await addPod('next', 'few', { nodeName: 'node-1' });
  expect(await generated(pods, 'next')).toBe(name);
  expect(await reservations()).toEqual([reserved]);
  await pods().delete('next', { namespace, gracePeriodSeconds: 0 });
  await groups().delete('few', { namespace });
  await waitFor(async () => !(await claims().list({ namespace })).items.some((each) => each.metadata?.name === name));
});
