import { afterEach, expect, test } from 'vitest';
import { Leases } from '#api/coordination/v1/lease.ts';
import { Events } from '#api/core/v1/event.ts';
import { type Node, Nodes } from '#api/core/v1/node.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { formatTime } from '#machinery/objects/time.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
afterEach(() => cluster.stop());

const clock = new VirtualClock();
const beat = async (name: string, status: string, transition = clock.now()) => {
  const node = await cluster.client.of(Nodes).get(name);
  const [lastHeartbeatTime, lastTransitionTime] = [formatTime(clock.now()), formatTime(transition)];
  const conditions = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'].map((type) => ({
    type,
    status: type === 'Ready' ? status : 'False',
    lastHeartbeatTime,
    lastTransitionTime,
  }));
  await cluster.client.of(Nodes).updateStatus({ ...node, status: { ...node.status, conditions } });
};
const taintsOf = async (name: string) =>
  ((await cluster.client.of(Nodes).get(name)).spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
const until = (name: string, taints: readonly string[]) =>
  waitFor(
    async () => {
      expect(await taintsOf(name)).toEqual(taints);
      return true;
    },
    { what: `taints of ${name}` },
  );

test('a silent node is unknown after its grace, its pods are not ready and leave when their toleration ends', async () => {
  const controllers = ['node-lifecycle-controller', 'serviceaccount-controller', 'taint-eviction-controller'];
  cluster = await Cluster.start({ clock, controllers, scheduler: false });
  const { client } = cluster;
  await waitFor(() => client.of(ServiceAccounts).get('default', { namespace: 'default' }));
  for (const name of ['silent', 'healthy']) {
    await client.of(Nodes).create({ metadata: { name, labels: { 'kubernetes.io/os': 'linux' } } } as Node);
    await beat(name, 'True');
    await until(name, []);
  }
  await client.of(Pods).create({
    metadata: { name: 'web', namespace: 'default' },
    spec: { nodeName: 'silent', containers: [{ name: 'main', image: 'web:1' }] },
  });
  const pod = () => client.of(Pods).get('web', { namespace: 'default' });
  const ready = { type: 'Ready', status: 'True', lastTransitionTime: formatTime(clock.now()) };
  await client.of(Pods).updateStatus({ ...(await pod()), status: { phase: 'Running', conditions: [ready] } });
  await waitFor(
    async () => (await client.of(Nodes).get('silent')).metadata?.labels?.['beta.kubernetes.io/os'] === 'linux',
  );

  for (let seconds = 0; seconds < 60; seconds += 10) {
    await cluster.advance(10_000);
    await beat('healthy', 'True');
  }
  await until('silent', ['node.kubernetes.io/unreachable:NoSchedule', 'node.kubernetes.io/unreachable:NoExecute']);
  expect((await client.of(Nodes).get('silent')).status?.conditions?.find(({ type }) => type === 'Ready')).toMatchObject(
    {
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    },
  );
  await waitFor(async () => (await pod()).status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'False');
  expect(await taintsOf('healthy')).toEqual([]);

  const late = { name: 'late', namespace: 'default' };
  const unbound = { metadata: late, spec: { containers: [{ name: 'main', image: 'web:1' }] } };
  await client.of(Pods).updateStatus({
    ...(await client.of(Pods).create(unbound)),
    status: { phase: 'Running', conditions: [ready] },
  });
  const target = { kind: 'Node', name: 'silent' };
  await client.of(Pods).createSubresource('late', 'binding', { metadata: late, target }, { namespace: 'default' });
  const readyOf = async () =>
    (await client.of(Pods).get('late', late)).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  await waitFor(async () => (await readyOf()) === 'False', { what: 'a pod bound to a silent node' });

  const told = async () => (await client.of(Events).list({ namespace: 'default' })).items.map(({ message }) => message);
  await waitFor(async () => (await told()).includes('Node silent status is now: NodeNotReady'));
  await waitFor(async () => (await told()).includes('Node silent event: Registered Node silent in Controller'));

  expect((await pod()).metadata?.deletionTimestamp).toBeUndefined();
  clock.advance(300_000);
  const leaving = await waitFor(async () => {
    const found = await pod();
    return found.metadata?.deletionTimestamp !== undefined && found;
  });
  expect(leaving.status?.conditions?.find(({ type }) => type === 'DisruptionTarget')).toMatchObject({
    status: 'True',
    reason: 'DeletionByTaintManager',
    observedGeneration: 1,
  });
});

test('a node that never says anything is unknown a minute after it was made', async () => {
  cluster = await Cluster.start({ clock, controllers: ['node-lifecycle-controller'], scheduler: false });
  const { client } = cluster;
  await client.of(Nodes).create({ metadata: { name: 'mute' } } as Node);
  const conditions = async () => (await client.of(Nodes).get('mute')).status?.conditions ?? [];
  clock.advance(50_000);
  expect(await conditions()).toEqual([]);
  await waitFor(async () => {
    clock.advance(11_000);
    return (await conditions()).length === 4;
  });
  expect((await conditions())[0]).toMatchObject({
    type: 'Ready',
    status: 'Unknown',
    reason: 'NodeStatusNeverUpdated',
    message: 'Kubelet never posted node status.',
  });
});

test('a renewed lease keeps a node alive', async () => {
  cluster = await Cluster.start({ clock, controllers: ['node-lifecycle-controller'], scheduler: false });
  const { client } = cluster;
  await client.of(Nodes).create({ metadata: { name: 'leased' } } as Node);
  await beat('leased', 'True');
  await until('leased', []);
  const namespace = 'kube-node-lease';
  const renewTime = () => new Date(clock.now()).toISOString().replace('Z', '000Z');
  const first = { metadata: { name: 'leased', namespace }, spec: { holderIdentity: 'leased', renewTime: renewTime() } };
  let lease = await client.of(Leases).create(first);
  for (let i = 0; i < 5; i++) {
    await cluster.advance(20_000);
    lease = await client.of(Leases).update({ ...lease, spec: { ...lease.spec, renewTime: renewTime() } });
  }
  expect(await taintsOf('leased')).toEqual([]);
  clock.advance(60_000);
  await until('leased', ['node.kubernetes.io/unreachable:NoSchedule']);
});
