import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, Deployments } from '#api/apps/v1/deployment.ts';
import { type Lease, Leases } from '#api/coordination/v1/lease.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { mergePatch } from '#client/options.ts';
import { createCall } from '#testing/call.ts';
import { Cluster } from '#testing/cluster.ts';

let cluster: Cluster;
const within = { namespace: 'default' };
const spec = { containers: [{ name: 'c', image: 'x' }] };
const template = { metadata: { labels: { a: 'b' } }, spec };
const uids: Record<string, string> = {};

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  const { client } = cluster;
  await client.of(ServiceAccounts).create({ metadata: { name: 'default', ...within } });
  const made = {
    pod: await client.of(Pods).create({ metadata: { name: 'a', ...within }, spec } as Pod),
    deployment: await client.of(Deployments).create({
      metadata: { name: 'a', ...within },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    } as unknown as Deployment),
    node: await client.of(Nodes).create({ metadata: { name: 'a' } } as Node),
  };
  for (const [kind, { metadata }] of Object.entries(made)) uids[kind] = metadata?.uid as string;
});
afterAll(() => cluster.stop());

const named = (name: string) => ({ name, ...within, uid: 'other' });
const stored = (key: string, found: string) =>
  `StorageError: invalid object, Code: 4, Key: /registry/${key}, ResourceVersion: 0, AdditionalErrorMsg: Precondition failed: UID in precondition: other, UID in object meta: ${found}`;
const conflict = (resource: string, name: string, detail: string) => ({
  code: 409,
  message: `Operation cannot be fulfilled on ${resource} "${name}": ${detail}`,
});

test.each<[string, () => Promise<KubernetesObject>, () => { code: number; message: string }]>([
  [
    'a replacement of another object',
    () => cluster.client.of(Pods).update({ metadata: named('a'), spec } as Pod),
    () => conflict('pods', 'a', stored('pods/default/a', uids['pod'] as string)),
  ],
  [
    'one that is no longer there',
    () => cluster.client.of(Pods).update({ metadata: named('gone'), spec } as Pod),
    () => conflict('pods', 'gone', stored('pods/default/gone', '')),
  ],
  [
    'one that could be made',
    () => cluster.client.of(Leases).update({ metadata: named('gone') } as Lease),
    () => conflict('leases.coordination.k8s.io', 'gone', stored('leases/default/gone', '')),
  ],
  [
    'one that upstream keeps under an old name',
    () => cluster.client.of(Nodes).update({ metadata: { name: 'a', uid: 'other' } } as Node),
    () => conflict('nodes', 'a', stored('minions/a', uids['node'] as string)),
  ],
  [
    'a binding of another pod',
    () =>
      cluster.client
        .of(Pods)
        .createSubresource('a', 'binding', { metadata: named('a'), target: { kind: 'Node', name: 'n' } }, within),
    () => conflict('pods', 'a', stored('pods/default/a', uids['pod'] as string)),
  ],
  [
    'a patch',
    () => cluster.client.of(Pods).patch('a', mergePatch({ metadata: { uid: 'other' } }), within),
    () => ({ code: 422, message: 'Pod "a" is invalid: metadata.uid: Invalid value: "other": field is immutable' }),
  ],
  [
    'a patch of a scale',
    () =>
      cluster.client
        .of(Deployments)
        .patch('a', mergePatch({ metadata: { uid: 'other' } }), { ...within, subresource: 'scale' }),
    () =>
      conflict(
        'deployments/scale.apps',
        'a',
        `Precondition failed: UID in precondition: other, UID in object meta: ${uids['deployment']}`,
      ),
  ],
])('%s is refused as upstream does', async (_, ask, refusal) => {
  await expect(ask()).rejects.toMatchObject({ status: refusal() });
});

test('a scale that is no longer there is refused as its object is', async () => {
  const call = createCall(await cluster.listen());
  const { json } = await call('/apis/apps/v1/namespaces/default/deployments/gone/scale', {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metadata: named('gone'), spec: { replicas: 1 } }),
  });
  expect(json).toMatchObject(conflict('deployments.apps', 'gone', stored('deployments/default/gone', '')));
});
