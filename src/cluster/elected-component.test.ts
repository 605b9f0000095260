import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { Leases } from '#api/coordination/v1/lease.ts';
import { ConfigMaps } from '#api/core/v1/config-map.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { Cluster } from '#testing/cluster.ts';
import { VirtualClock } from '#testing/virtual-clock.ts';
import { waitFor } from '#testing/wait-for.ts';
import { createComponentContext } from './component-context.ts';
import { ComponentGroup } from './component-group.ts';
import { createElectedControllerManager } from './controller-manager.ts';
import { createElectedScheduler } from './scheduler-component.ts';

let cluster: Cluster;
const clock = new VirtualClock();
const namespace = 'default';

beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false, clock });
  const capacity = { cpu: '4', memory: '8Gi', pods: '110' };
  const node = await cluster.client
    .of(Nodes)
    .create({ metadata: { name: 'one' }, status: { capacity, allocatable: capacity } });
  await cluster.client.of(Nodes).update({ ...node, spec: { ...node.spec, taints: [] } });
});
afterAll(() => cluster.stop());

const holder = async (name: string) => {
  const { items } = await cluster.client.of(Leases).list({ namespace: 'kube-system' });
  return items.find(({ metadata }) => metadata?.name === name)?.spec?.holderIdentity;
};

const passUntil = (condition: () => Promise<boolean>) =>
  waitFor(() => {
    clock.advance(500);
    return condition();
  });

const replicaSet = (name: string) => ({
  metadata: { name, namespace },
  spec: {
    replicas: 2,
    selector: { matchLabels: { name } },
    template: { metadata: { labels: { name } }, spec: { containers: [{ name: 'web', image: 'web:1' }] } },
  },
});

const boundPods = async (name: string): Promise<boolean> => {
  const { items } = await cluster.client.of(Pods).list({ namespace, labelSelector: `name=${name}` });
  return items.length === 2 && items.every(({ spec }) => spec?.nodeName);
};

test('one of several control planes acts, and the next one when it stops', async () => {
  const planes = ['a', 'b'].map((identity) => {
    const group = new ComponentGroup(cluster.environment.logger);
    group.start(
      createElectedControllerManager(cluster.environment, identity, {
        only: ['replicaset-controller', 'serviceaccount-controller'],
      }),
    );
    group.start(createElectedScheduler(cluster.environment, identity));
    return { identity, group };
  });
  const leases = ['kube-controller-manager', 'kube-scheduler'];
  for (const name of leases) await passUntil(async () => Boolean(await holder(name)));
  const leader = await holder('kube-controller-manager');
  await cluster.client.of(ReplicaSets).create(replicaSet('first'));
  await passUntil(() => boundPods('first'));
  expect(await holder('kube-controller-manager')).toBe(leader);

  const [stopped, left] = planes.sort((a) => (a.identity === leader ? -1 : 1));
  await stopped!.group.stop();
  await cluster.client.of(ReplicaSets).create(replicaSet('second'));
  await passUntil(() => boundPods('second'));
  expect(await Promise.all(leases.map(holder))).toEqual([left!.identity, left!.identity]);
  await left!.group.stop();
  expect(await Promise.all(leases.map(holder))).toEqual(['', '']);
});

test('a component that may not act reads, and writes nothing', async () => {
  let mayAct = true;
  const user = { name: 'kubernetes-admin', groups: ['system:masters'] };
  const environment = { ...cluster.environment, mayAct: () => mayAct };
  const maps = createComponentContext(environment, { user, component: 'tested' }).client.of(ConfigMaps);
  await maps.create({ metadata: { name: 'fenced', namespace } });
  mayAct = false;
  expect((await maps.get('fenced', { namespace })).metadata?.name).toBe('fenced');
  await expect(maps.delete('fenced', { namespace })).rejects.toThrow(
    'delete configmaps fenced: not the leader any more',
  );
  expect((await maps.list({ namespace })).items.map(({ metadata }) => metadata?.name)).toContain('fenced');
});
