import { afterAll, beforeAll, expect, test } from 'vitest';
import { Events } from '#api/core/v1/event.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { controllerOf } from '#controller/owner-references.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';

let cluster: Cluster;
const namespace = 'default';
beforeAll(async () => {
  const controllers = ['ephemeral-volume-controller', 'serviceaccount-controller'];
  cluster = await Cluster.start({ controllers, scheduler: false });
  await waitFor(() => cluster.client.of(ServiceAccounts).get('default', { namespace }));
});
afterAll(() => cluster.stop());

const spec = { accessModes: ['ReadWriteOnce' as const], resources: { requests: { storage: '1Gi' } } };
const createPod = (name: string) =>
  cluster.client.of(Pods).create({
    metadata: { name, namespace },
    spec: {
      containers: [{ name: 'main', image: 'web:1' }],
      volumes: [{ name: 'scratch', ephemeral: { volumeClaimTemplate: { metadata: { labels: { a: 'b' } }, spec } } }],
    },
  } as Pod);

test('a pod gets a claim of its own, with what its template says', async () => {
  const pod = await createPod('web');
  const claim = await waitFor(() =>
    cluster.client
      .of(PersistentVolumeClaims)
      .get('web-scratch', { namespace })
      .catch(() => undefined),
  );
  expect([claim.metadata?.labels, claim.spec?.resources, controllerOf(claim)?.uid]).toEqual([
    { a: 'b' },
    spec.resources,
    pod.metadata?.uid,
  ]);
});

test('a claim of that name that is somebody else’s is not taken', async () => {
  await cluster.client.of(PersistentVolumeClaims).create({ metadata: { name: 'own-scratch', namespace }, spec });
  await createPod('own');
  await waitFor(async () => {
    const { items } = await cluster.client.of(Events).list({ namespace, fieldSelector: 'involvedObject.name=own' });
    return items.some(
      ({ reason, message, source }) =>
        `${source?.component} ${reason} ${message}` ===
        'ephemeral_volume FailedBinding ephemeral volume scratch: PVC "default/own-scratch" was not created for pod "default/own" (pod is not owner)',
    );
  });
});
