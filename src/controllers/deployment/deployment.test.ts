import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Deployment, Deployments } from '#api/apps/v1/deployment.ts';
import { type ReplicaSet, ReplicaSets } from '#api/apps/v1/replica-set.ts';
import { Events } from '#api/core/v1/event.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { mergePatch, strategicPatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = [
    'deployment-controller',
    'node-lifecycle-controller',
    'replicaset-controller',
    'serviceaccount-controller',
  ];
  cluster = await Cluster.start({ controllers, scheduler: true, simulatedNodes: 2 });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const deployment = (name: string, spec: Partial<Deployment['spec']> = {}): Deployment => ({
  metadata: { name, namespace },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
    ...spec,
  },
});

const get = (name: string) => cluster.client.of(Deployments).get(name, { namespace });
const setsOf = async (name: string): Promise<readonly ReplicaSet[]> =>
  (await cluster.client.of(ReplicaSets).list({ namespace, labelSelector: `app=${name}` })).items;
const setImage = (name: string, image: string) =>
  cluster.client
    .of(Deployments)
    .patch(name, strategicPatch({ spec: { template: { spec: { containers: [{ name: 'main', image }] } } } }), {
      namespace,
    });
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason, message }) => `${reason} ${message}`);
};
const rolledOut = (name: string, replicas = 3) =>
  waitFor(
    async () => {
      const { metadata, status } = await get(name);
      const done =
        status?.observedGeneration === metadata?.generation &&
        status?.updatedReplicas === replicas &&
        status?.availableReplicas === replicas &&
        status?.replicas === replicas;
      return done && status;
    },
    { what: `rollout of ${name}` },
  );
const withoutTimes = (conditions: NonNullable<Deployment['status']>['conditions']) =>
  conditions?.map(({ type, status, reason, message }) => [type, status, reason, message]);

test('a Deployment goes back where it is asked to as clients of before apps/v1 do', async () => {
  await cluster.client.of(Deployments).create(deployment('back'));
  await rolledOut('back');
  await setImage('back', 'web:2');
  await rolledOut('back');
  const annotations = { 'deprecated.deployment.rollback.to': '0' };
  await cluster.client.of(Deployments).patch('back', mergePatch({ metadata: { annotations } }), { namespace });
  await waitFor(async () =>
    (await eventsOf('back')).includes('DeploymentRollback Rolled back deployment "back" to revision 1'),
  );
  const { metadata, spec } = await get('back');
  expect(spec?.template.spec?.containers[0]?.image).toBe('web:1');
  expect(metadata?.annotations).not.toHaveProperty('deprecated.deployment.rollback.to');
  await waitFor(async () => (await get('back')).metadata?.annotations?.['deployment.kubernetes.io/revision'] === '3');
});

test('a deployment makes a replica set and tells when it is available', async () => {
  await cluster.client.of(Deployments).create(deployment('web'));
  await rolledOut('web');
  const [set] = await setsOf('web');
  const name = set?.metadata?.name;
  expect(name).toMatch(/^web-[bcdfghjklmnpqrstvwxz2456789]{6,10}$/);
  expect(set?.metadata?.annotations).toEqual({
    'deployment.kubernetes.io/desired-replicas': '3',
    'deployment.kubernetes.io/max-replicas': '4',
    'deployment.kubernetes.io/revision': '1',
  });
  const status = await waitFor(async () => {
    const { status: found } = await get('web');
    return found?.conditions?.some(({ reason }) => reason === 'NewReplicaSetAvailable') && found;
  });
  expect(withoutTimes(status.conditions)).toEqual([
    ['Available', 'True', 'MinimumReplicasAvailable', 'Deployment has minimum availability.'],
    ['Progressing', 'True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`],
  ]);
  await waitFor(async () =>
    (await eventsOf('web')).includes(`ScalingReplicaSet Scaled up replica set ${name} from 0 to 3`),
  );
});

test('a new image rolls over without falling below the minimum, and can be undone', async () => {
  await cluster.client.of(Deployments).create(deployment('roll'));
  await rolledOut('roll');
  const [first] = await setsOf('roll');
  await setImage('roll', 'web:2');
  await rolledOut('roll');
  const second = (await setsOf('roll')).find(({ metadata }) => metadata?.name !== first?.metadata?.name);
  const [from, to] = [first?.metadata?.name, second?.metadata?.name];
  await waitFor(async () => (await eventsOf('roll')).length === 7);
  expect(await eventsOf('roll')).toEqual([
    `ScalingReplicaSet Scaled up replica set ${from} from 0 to 3`,
    `ScalingReplicaSet Scaled up replica set ${to} from 0 to 1`,
    `ScalingReplicaSet Scaled down replica set ${from} from 3 to 2`,
    `ScalingReplicaSet Scaled up replica set ${to} from 1 to 2`,
    `ScalingReplicaSet Scaled down replica set ${from} from 2 to 1`,
    `ScalingReplicaSet Scaled up replica set ${to} from 2 to 3`,
    `ScalingReplicaSet Scaled down replica set ${from} from 1 to 0`,
  ]);
  await setImage('roll', 'web:1');
  await rolledOut('roll');
  const again = (await setsOf('roll')).find(({ metadata }) => metadata?.name === from);
  expect(again?.metadata?.annotations).toMatchObject({
    'deployment.kubernetes.io/revision': '3',
    'deployment.kubernetes.io/revision-history': '1',
  });
  expect((await get('roll')).metadata?.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
});

test('recreating stops all old pods before it starts new ones', async () => {
  await cluster.client.of(Deployments).create(deployment('again', { strategy: { type: 'Recreate' } }));
  await rolledOut('again');
  await setImage('again', 'web:2');
  await rolledOut('again');
  const { items } = await cluster.client.of(Pods).list({ namespace, labelSelector: 'app=again' });
  expect(items.map(({ spec }) => spec?.containers[0]?.image)).toEqual(['web:2', 'web:2', 'web:2']);
});

test('old revisions beyond the limit are removed', async () => {
  await cluster.client.of(Deployments).create(deployment('short', { replicas: 1, revisionHistoryLimit: 1 }));
  for (const image of ['web:1', 'web:2', 'web:3', 'web:4']) {
    await setImage('short', image);
    await rolledOut('short', 1);
  }
  await waitFor(async () => (await setsOf('short')).length === 2);
  const images = (await setsOf('short')).map(({ spec }) => spec?.template?.spec?.containers[0]?.image).sort();
  expect(images).toEqual(['web:3', 'web:4']);
});

test('a paused deployment keeps its old revisions as long as it is to go back to one', async () => {
  const deployments = cluster.client.of(Deployments);
  await deployments.create(deployment('halted', { replicas: 1 }));
  await rolledOut('halted', 1);
  await setImage('halted', 'web:2');
  await rolledOut('halted', 1);
  const annotate = (to: string | null) =>
    mergePatch({
      metadata: { annotations: { 'deprecated.deployment.rollback.to': to } },
      spec: { paused: true, revisionHistoryLimit: 0, replicas: to === null ? 3 : 2 },
    });
  await deployments.patch('halted', annotate('1'), { namespace });
  await waitFor(async () => (await get('halted')).status?.replicas === 2);
  expect(await setsOf('halted')).toHaveLength(2);
  await deployments.patch('halted', annotate(null), { namespace });
  await waitFor(async () => (await setsOf('halted')).length === 1);
});

test('a paused deployment scales and does not roll until it is resumed', async () => {
  await cluster.client.of(Deployments).create(deployment('pause'));
  await rolledOut('pause');
  await cluster.client
    .of(Deployments)
    .patch('pause', mergePatch({ spec: { paused: true, replicas: 5 } }), { namespace });
  await setImage('pause', 'web:2');
  await waitFor(async () => (await get('pause')).status?.availableReplicas === 5);
  expect(await setsOf('pause')).toHaveLength(1);
  expect(withoutTimes((await get('pause')).status?.conditions)).toContainEqual([
    'Progressing',
    'Unknown',
    'DeploymentPaused',
    'Deployment is paused',
  ]);
  await cluster.client.of(Deployments).patch('pause', mergePatch({ spec: { paused: false } }), { namespace });
  await rolledOut('pause', 5);
});
