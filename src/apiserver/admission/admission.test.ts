import { afterAll, beforeAll, expect, test } from 'vitest';
import { LimitRanges } from '#api/core/v1/limit-range.ts';
import { Namespaces } from '#api/core/v1/namespace.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { RuntimeClasses } from '#api/node/v1/runtime-class.ts';
import { strategicPatch } from '#client/options.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
let count = 0;
beforeAll(async () => {
  cluster = await Cluster.start({
    controllers: ['resourcequota-controller'],
    scheduler: false,
    enableAdmissionPlugins: ['NodeRestriction'],
  });
});
afterAll(() => cluster.stop());

async function newNamespace(): Promise<string> {
  const namespace = `n${count++}`;
  await cluster.client.of(Namespaces).create({ metadata: { name: namespace } });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace } });
  return namespace;
}

const pod = (namespace: string, spec: object = {}, resources: object = {}): Pod => ({
  metadata: { name: 'p', namespace },
  spec: { containers: [{ name: 'c', image: 'x', resources }], ...spec } as PodSpec,
});

test('pods get the defaults of a limit range, and are held to its bounds', async () => {
  const namespace = await newNamespace();
  const pods = cluster.client.of(Pods);
  await cluster.client.of(LimitRanges).create({
    metadata: { name: 'r', namespace },
    spec: { limits: [{ type: 'Container', max: { cpu: '1' }, defaultRequest: { cpu: '100m' } }] },
  });
  const made = await pods.create(pod(namespace));
  expect(made.spec?.containers[0]?.resources).toEqual({ limits: { cpu: '1' }, requests: { cpu: '100m' } });
  expect(made.metadata?.annotations).toEqual({
    'kubernetes.io/limit-ranger': 'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
  });
  const larger = { ...pod(namespace, {}, { limits: { cpu: '2' } }), metadata: { name: 'larger', namespace } };
  await expect(pods.create(larger)).rejects.toMatchObject({
    code: 403,
    reason: 'Forbidden',
    message: 'pods "larger" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
  });
});

test('a resize is charged to a quota, and refused beyond it', async () => {
  const namespace = await newNamespace();
  const quotas = cluster.client.of(ResourceQuotas);
  await quotas.create({ metadata: { name: 'q', namespace }, spec: { hard: { 'requests.cpu': '1' } } });
  const used = async () => (await quotas.get('q', { namespace })).status?.used?.['requests.cpu'];
  await waitFor(async () => (await used()) === '0');
  const pods = cluster.client.of(Pods);
  await pods.create(pod(namespace, {}, { requests: { cpu: '500m' } }));
  const resize = (cpu: string) =>
    pods.patch('p', strategicPatch({ spec: { containers: [{ name: 'c', resources: { requests: { cpu } } }] } }), {
      namespace,
      subresource: 'resize',
    });
  await resize('800m');
  expect(await used()).toBe('800m');
  await expect(resize('1100m')).rejects.toMatchObject({
    message:
      'pods "p" is forbidden: exceeded quota: q, requested: requests.cpu=300m, used: requests.cpu=800m, limited: requests.cpu=1',
  });
  expect(await used()).toBe('800m');
});

test('pods learn of their runtime class what they cost, and of their node where they are', async () => {
  const namespace = await newNamespace();
  const { client } = cluster;
  await client.of(RuntimeClasses).create({
    metadata: { name: 'sandbox' },
    handler: 'h',
    overhead: { podFixed: { cpu: '10m' } },
  });
  const labels = { 'topology.kubernetes.io/zone': 'z1' };
  await client.of(Nodes).create({ metadata: { name: 'n1', labels } });
  const made = await client.of(Pods).create(pod(namespace, { runtimeClassName: 'sandbox' }));
  expect(made.spec?.overhead).toEqual({ cpu: '10m' });
  const binding = { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } };
  await client.of(Pods).createSubresource('p', 'binding', binding, { namespace });
  expect(await client.of(Pods).get('p', { namespace })).toMatchObject({
    metadata: { labels },
    spec: { nodeName: 'n1' },
  });
});

test('the agent of a node changes itself, and no other node', async () => {
  const nodes = cluster.clientFor({ name: 'system:node:n2', groups: ['system:nodes'] }).of(Nodes);
  await nodes.create({ metadata: { name: 'n2' } });
  await expect(nodes.create({ metadata: { name: 'n3' } } as Node)).rejects.toMatchObject({
    code: 403,
    message: 'nodes "n3" is forbidden: node "n2" is not allowed to modify node "n3"',
  });
  const role = strategicPatch({ metadata: { labels: { 'node-role.kubernetes.io/x': '' } } });
  await expect(nodes.patch('n2', role)).rejects.toMatchObject({
    message: 'nodes "n2" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/x',
  });
});

test('connections pass admission before anybody looks for the pod', async () => {
  const call = createCall(await cluster.listen());
  const exec = (query: string) =>
    call(`/api/v1/namespaces/default/pods/none/exec?command=ls${query}`, { method: 'POST' });
  const answers = [await exec('&dryRun=All'), await exec('')];
  expect(answers.map(({ code, json }) => [code, json.message])).toEqual([
    [400, 'dryRun is not supported'],
    [404, 'pods "none" not found'],
  ]);
});

test('plugins that are unknown keep the server from starting', async () => {
  await expect(Cluster.start({ disableAdmissionPlugins: ['Nonsense'] })).rejects.toThrow(
    'disable-admission-plugins plugin "Nonsense" is unknown',
  );
});
