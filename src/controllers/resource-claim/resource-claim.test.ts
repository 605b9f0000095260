import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { ResourceClaims } from '#api/resource/v1/resource-claim.ts';
import { ResourceClaimTemplates } from '#api/resource/v1/resource-claim-template.ts';
import { mergePatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = ['resourceclaim-controller', 'serviceaccount-controller'];
  cluster = await Cluster.start({ controllers, scheduler: false });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const claims = () => cluster.client.of(ResourceClaims);
const spec = { devices: { requests: [{ name: 'gpu', exactly: { deviceClassName: 'gpu' } }] } };
const pods = () => cluster.client.of(Pods);
const createPod = (name: string, template: string, nodeName?: string) =>
  pods().create({
    metadata: { name, namespace },
    spec: {
      containers: [{ name: 'main', image: 'web:1' }],
      resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: template }],
      ...(nodeName ? { nodeName } : {}),
    },
  } as Pod);
const generated = (name: string) =>
  waitFor(async () => {
    const { status } = await pods().get(name, { namespace });
    return status?.resourceClaimStatuses?.[0]?.resourceClaimName;
  });

test('a pod gets a claim of its template, once the template is there', async () => {
  await createPod('early', 'gpus');
  await waitFor(async () => {
    const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: 'involvedObject.name=early' });
    return items.some(
      ({ reason, message }) =>
        `${reason} ${message}` ===
        'FailedResourceClaimCreation PodResourceClaim gpu: resource claim template "gpus": resourceclaimtemplate.resource.k8s.io "gpus" not found',
    );
  });
  await cluster.client.of(ResourceClaimTemplates).create({
    metadata: { name: 'gpus', namespace },
    spec: { metadata: { labels: { a: 'b' } }, spec },
  });
  const name = await generated('early');
  const claim = await claims().get(name, { namespace });
  expect(name).toMatch(/^early-gpu-/);
  expect(claim.metadata).toMatchObject({
    labels: { a: 'b' },
    annotations: { 'resource.kubernetes.io/pod-claim-name': 'gpu' },
    ownerReferences: [{ kind: 'Pod', name: 'early', controller: true }],
  });
  expect(claim.metadata?.ownerReferences?.[0]).not.toHaveProperty('blockOwnerDeletion');
  expect((await claims().list({ namespace })).items).toHaveLength(1);
  const { metadata } = await pods().get('early', { namespace });
  expect(metadata?.managedFields?.filter(({ subresource }) => subresource === 'status')).toMatchObject([
    {
      manager: 'ResourceClaimController',
      operation: 'Apply',
      fieldsV1: { 'f:status': { 'f:resourceClaimStatuses': { 'k:{"name":"gpu"}': { 'f:resourceClaimName': {} } } } },
    },
  ]);
});

test('a claim that is made anew leaves the names of the others', async () => {
  const claim = (name: string) => ({ name, resourceClaimTemplateName: 'gpus' });
  await pods().create({
    metadata: { name: 'two', namespace },
    spec: { containers: [{ name: 'main', image: 'web:1' }], resourceClaims: [claim('a'), claim('b')] },
  } as Pod);
  const named = async () => {
    const { status } = await pods().get('two', { namespace });
    const names = Object.fromEntries(
      (status?.resourceClaimStatuses ?? []).map((one) => [one.name, one.resourceClaimName]),
    );
    return names.a && names.b ? { a: names.a, b: names.b } : undefined;
  };
  const before = await waitFor(named);
  await claims().delete(before.b, { namespace });
  const after = await waitFor(async () => {
    const names = await named();
    return names && names.b !== before.b && names;
  });
  expect(after.a).toBe(before.a);
});

test('a claim of somebody else stays, though its owner is called like a pod that has ended', async () => {
  await pods().create({
    metadata: { name: 'same', namespace },
    spec: { nodeName: 'node-1', containers: [{ name: 'main', image: 'web:1' }] },
  } as Pod);
  await pods().patch('same', mergePatch({ status: { phase: 'Succeeded' } }), { namespace, subresource: 'status' });
  const owner = { apiVersion: 'example.com/v1', kind: 'Trainer', name: 'same', uid: 'u', controller: true };
  await claims().create({ metadata: { name: 'theirs', namespace, ownerReferences: [owner] }, spec });
  const former = { ...owner, apiVersion: 'v1', kind: 'Pod' };
  await claims().create({ metadata: { name: 'former', namespace, ownerReferences: [former] }, spec });
  const names = async () => (await claims().list({ namespace })).items.map(({ metadata }) => metadata?.name);
  await waitFor(async () => !(await names()).includes('former'));
  expect(await names()).toContain('theirs');
});

test('a reservation ends with its pod, devices are given back and the claim goes', async () => {
  const pod = await createPod('done', 'gpus', 'node-1');
  const name = await generated('done');
  const claim = await claims().get(name, { namespace });
  const finalizers = ['resource.kubernetes.io/delete-protection'];
  const guarded = await claims().update({ ...claim, metadata: { ...claim.metadata, finalizers } });
  const result = { request: 'gpu', driver: 'gpu.example.com', pool: 'node-1', device: 'gpu-0' };
  await claims().updateStatus({ ...guarded, status: { allocation: { devices: { results: [result] } } } });
  const reserved = { resource: 'pods', name: 'done', uid: pod.metadata?.uid };
  await waitFor(async () => {
    expect((await claims().get(name, { namespace })).status?.reservedFor).toEqual([reserved]);
    return true;
  });
  const running = await pods().get('done', { namespace });
  await pods().updateStatus({ ...running, status: { ...running.status, phase: 'Succeeded' } });
  await waitFor(
    async () => !(await claims().list({ namespace })).items.some(({ metadata }) => metadata?.name === name),
  );
});
