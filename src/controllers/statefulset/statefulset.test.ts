import { afterAll, beforeAll, expect, test } from 'vitest';
import { ControllerRevisions } from '#api/apps/v1/controller-revision.ts';
import { type StatefulSet, StatefulSets } from '#api/apps/v1/stateful-set.ts';
import { Events } from '#api/core/v1/event.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { mergePatch, strategicPatch } from '#client/options.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = ['node-lifecycle-controller', 'serviceaccount-controller', 'statefulset-controller'];
  cluster = await Cluster.start({ controllers, scheduler: true, simulatedNodes: 1 });
});
afterAll(() => cluster.stop());

const set = (name: string, spec: Partial<StatefulSet['spec']> = {}): StatefulSet => ({
  metadata: { name, namespace },
  spec: {
    replicas: 3,
    serviceName: name,
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'main', image: 'web:1' }] } },
    ...spec,
  },
});
const get = (name: string) => cluster.client.of(StatefulSets).get(name, { namespace });
const podsOf = async (name: string): Promise<readonly Pod[]> =>
  (await cluster.client.of(Pods).list({ namespace, labelSelector: `app=${name}` })).items;
const ready = (name: string, replicas: number) =>
  waitFor(
    async () => {
      const { metadata, status } = await get(name);
      const done = status?.observedGeneration === metadata?.generation && status?.replicas === replicas;
      return (
        done && (status?.readyReplicas ?? 0) === replicas && status.updateRevision === status.currentRevision && status
      );
    },
    { what: `${replicas} ready pods of ${name}` },
  );
const eventsOf = async (name: string) => {
  const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: `involvedObject.name=${name}` });
  return items.map(({ reason, message }) => `${reason} ${message}`);
};

test('pods are made in order, with their names', async () => {
  await cluster.client.of(StatefulSets).create(set('db'));
  await ready('db', 3);
  await waitFor(async () => (await eventsOf('db')).length === 3);
  expect(await eventsOf('db')).toEqual(
    [0, 1, 2].map((n) => `SuccessfulCreate create Pod db-${n} in StatefulSet db successful`),
  );
  const pod = await cluster.client.of(Pods).get('db-1', { namespace });
  expect([pod.spec?.hostname, pod.spec?.subdomain]).toEqual(['db-1', 'db']);
  expect(pod.metadata?.labels).toMatchObject({
    'statefulset.kubernetes.io/pod-name': 'db-1',
    'apps.kubernetes.io/pod-index': '1',
  });
});

test('a new template replaces pods from the highest down to the partition', async () => {
  const updateStrategy = { type: 'RollingUpdate', rollingUpdate: { partition: 1 } };
  await cluster.client.of(StatefulSets).create(set('part', { updateStrategy }));
  await ready('part', 3);
  const containers = [{ name: 'main', image: 'web:2' }];
  await cluster.client
    .of(StatefulSets)
    .patch('part', strategicPatch({ spec: { template: { spec: { containers } } } }), { namespace });
  await waitFor(
    async () => (await get('part')).status?.updatedReplicas === 2 && (await get('part')).status?.readyReplicas === 3,
  );
  const images = (await podsOf('part')).map(({ metadata, spec }) => [metadata?.name, spec?.containers[0]?.image]);
  expect(images).toEqual([
    ['part-0', 'web:1'],
    ['part-1', 'web:2'],
    ['part-2', 'web:2'],
  ]);
  const whole = { spec: { updateStrategy: { rollingUpdate: { partition: 0 } } } };
  await cluster.client.of(StatefulSets).patch('part', mergePatch(whole), { namespace });
  const status = await ready('part', 3);
  expect([status.currentReplicas, status.updatedReplicas]).toEqual([3, 3]);
});

test('a smaller set deletes from the highest, a deleted pod comes back under its name', async () => {
  await cluster.client.of(StatefulSets).create(set('small', { podManagementPolicy: 'Parallel' }));
  await ready('small', 3);
  await cluster.client.of(StatefulSets).patch('small', mergePatch({ spec: { replicas: 1 } }), { namespace });
  await ready('small', 1);
  const [pod] = await podsOf('small');
  await cluster.client.of(Pods).delete('small-0', { namespace });
  await waitFor(async () => {
    const again = await cluster.client.of(Pods).get('small-0', { namespace });
    return again.metadata?.uid !== pod?.metadata?.uid;
  });
});

test('each pod gets claims of its own', async () => {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  await cluster.client
    .of(StatefulSets)
    .create(set('disk', { podManagementPolicy: 'Parallel', volumeClaimTemplates: [claim] as never }));
  await waitFor(async () => (await podsOf('disk')).length === 3);
  const { items } = await cluster.client.of(PersistentVolumeClaims).list({ namespace });
  expect(items.map(({ metadata }) => metadata?.name).sort()).toEqual(['data-disk-0', 'data-disk-1', 'data-disk-2']);
  expect((await podsOf('disk'))[0]?.spec?.volumes).toContainEqual({
    name: 'data',
    persistentVolumeClaim: { claimName: 'data-disk-0' },
  });
});

test('claims go with the pods that are scaled away, and with the set, where it says so', async () => {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const policy = { whenScaled: 'Delete', whenDeleted: 'Retain' };
  const spec = {
    podManagementPolicy: 'Parallel',
    replicas: 2,
    volumeClaimTemplates: [claim],
    persistentVolumeClaimRetentionPolicy: policy,
  };
  await cluster.client.of(StatefulSets).create(set('tidy', spec as never));
  const names = async () => (await podsOf('tidy')).map(({ metadata }) => metadata?.name);
  const are = (...wanted: string[]) => waitFor(async () => expect(await names()).toEqual(wanted));
  await are('tidy-0', 'tidy-1');
  const owner = async (ordinal: number) => {
    const found = await cluster.client.of(PersistentVolumeClaims).get(`data-tidy-${ordinal}`, { namespace });
    return found.metadata?.ownerReferences?.map(({ kind, name }) => `${kind} ${name}`).join();
  };
  const patch = (change: object) =>
    cluster.client.of(StatefulSets).patch('tidy', mergePatch({ spec: change }), { namespace });
  await patch({ persistentVolumeClaimRetentionPolicy: { ...policy, whenDeleted: 'Delete' } });
  await waitFor(async () => expect([await owner(0), await owner(1)]).toEqual(['StatefulSet tidy', 'StatefulSet tidy']));
  await waitFor(async () =>
    expect(await eventsOf('tidy')).toContain('SuccessfulUpdate update Pod tidy-0 in StatefulSet tidy successful'),
  );
  await patch({ replicas: 1 });
  await waitFor(async () => expect([await owner(0), await owner(1)]).toEqual(['StatefulSet tidy', 'Pod tidy-1']));
  // Until the claim has gone with its pod, no other pod of the name may come and use it.
  await are('tidy-0');
  await patch({ replicas: 2 });
  await waitFor(async () => (await get('tidy')).status?.observedGeneration === 4);
  expect(await names()).toEqual(['tidy-0']);
  const claims = cluster.client.of(PersistentVolumeClaims);
  await claims.delete('data-tidy-1', { namespace });
  // Nobody here lifts the protection of claims that are in use.
  await claims.patch('data-tidy-1', mergePatch({ metadata: { finalizers: null } }), { namespace });
  await are('tidy-0', 'tidy-1');
});

test('an adopted pod takes on the labels of its name', async () => {
  const wanted = set('lost', { replicas: 1 });
  const pod = { metadata: { name: 'lost-0', namespace, labels: { app: 'lost' } }, spec: wanted.spec?.template.spec };
  await cluster.client.of(Pods).create(pod as Pod);
  await cluster.client.of(StatefulSets).create(wanted);
  await waitFor(async () =>
    expect((await cluster.client.of(Pods).get('lost-0', { namespace })).metadata?.labels).toMatchObject({
      'statefulset.kubernetes.io/pod-name': 'lost-0',
    }),
  );
  await waitFor(async () =>
    expect(await eventsOf('lost')).toContain('SuccessfulUpdate update Pod lost-0 in StatefulSet lost successful'),
  );
});

test('an adopted pod of a set with other claims cannot get them while it lives', async () => {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
  const wanted = set('moved', {
    replicas: 1,
    volumeClaimTemplates: [{ metadata: { name: 'data' }, spec }] as never,
  });
  const pod = { metadata: { name: 'moved-0', namespace, labels: { app: 'moved' } }, spec: wanted.spec?.template.spec };
  await cluster.client.of(Pods).create(pod as Pod);
  await cluster.client.of(StatefulSets).create(wanted);
  await waitFor(async () => {
    const told = (await eventsOf('moved')).find((text) => text.startsWith('FailedUpdate'));
    expect(told).toMatch(
      /^FailedUpdate update Pod moved-0 in StatefulSet moved failed error: Pod "moved-0" is invalid: spec: Forbidden: pod updates may not change fields other than/,
    );
    return true;
  });
  await cluster.client.of(Pods).delete('moved-0', { namespace, gracePeriodSeconds: 0 });
  await waitFor(async () => (await podsOf('moved'))[0]?.spec?.volumes?.some(({ name }) => name === 'data'));
});

test('pods stay when their revision is lost: it comes back under its name', async () => {
  await cluster.client.of(StatefulSets).create(set('forgot', { replicas: 1 }));
  const { currentRevision = '' } = await ready('forgot', 1);
  const [before] = await podsOf('forgot');
  const revisions = cluster.client.of(ControllerRevisions);
  const { metadata } = await revisions.get(currentRevision, { namespace });
  await revisions.delete(currentRevision, { namespace });
  // A change of the set that is none has it looked at again.
  await cluster.client
    .of(StatefulSets)
    .patch('forgot', mergePatch({ metadata: { labels: { a: 'b' } } }), { namespace });
  const again = await waitFor(() => revisions.get(currentRevision, { namespace }));
  expect(again.metadata?.uid).not.toBe(metadata?.uid);
  expect((await podsOf('forgot')).map((pod) => pod.metadata?.uid)).toEqual([before?.metadata?.uid]);
});
