import { afterAll, beforeAll, expect, test } from 'vitest';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { VolumeAttributesClasses } from '#api/storage/v1/volume-attributes-class.ts';
import { mergePatch } from '#client/options.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import { Cluster } from '#testing/cluster.ts';
import { waitFor } from '#testing/wait-for.ts';
import { claimsOf, usesClaims } from './claims-of.ts';

const namespace = 'default';
let cluster: Cluster;
beforeAll(async () => {
  const controllers = [
    'persistentvolume-protection-controller',
    'persistentvolumeclaim-protection-controller',
    'volumeattributesclass-protection-controller',
  ];
  cluster = await Cluster.start({ controllers, scheduler: false });
  await cluster.client.of(ServiceAccounts).create({ metadata: { name: 'default', namespace } });
});
afterAll(() => cluster.stop());

const claim = (name: string): PersistentVolumeClaim => ({
  metadata: { name, namespace },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

const pod = (name: string, more: object): Pod =>
  ({ metadata: { name, namespace }, spec: { containers: [{ name: 'c', image: 'x' }], ...more } }) as Pod;

const gone = (call: Promise<unknown>) => call.then(() => false).catch(isNotFound);

test('a claim that is deleted stays while a pod uses it', async () => {
  const claims = cluster.client.of(PersistentVolumeClaims);
  const made = await claims.create(claim('data'));
  expect(made.metadata?.finalizers).toEqual(['kubernetes.io/pvc-protection']);
  const volumes = [{ name: 'v', persistentVolumeClaim: { claimName: 'data' } }];
  await cluster.client.of(Pods).create(pod('user', { volumes, nodeName: 'n1' }));
  expect(await claims.delete('data', { namespace })).toMatchObject({
    metadata: { deletionTimestamp: expect.any(String) },
  });
  expect(await gone(claims.get('data', { namespace }))).toBe(false);
  await cluster.client.of(Pods).delete('user', { namespace, gracePeriodSeconds: 0 });
  await waitFor(() => gone(claims.get('data', { namespace })));
});

test('a volume that is deleted stays while a claim is bound to it', async () => {
  const volumes = cluster.client.of(PersistentVolumes);
  const spec = { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce' as const], hostPath: { path: '/tmp' } };
  const made = await volumes.create({ metadata: { name: 'v' }, spec });
  expect(made.metadata?.finalizers).toEqual(['kubernetes.io/pv-protection']);
  await volumes.patch('v', mergePatch({ status: { phase: 'Bound' } }), { subresource: 'status' });
  await volumes.delete('v');
  expect(await gone(volumes.get('v'))).toBe(false);
  await volumes.patch('v', mergePatch({ status: { phase: 'Released' } }), { subresource: 'status' });
  await waitFor(() => gone(volumes.get('v')));
});

test('a class of volume attributes that is deleted stays while a claim wants it', async () => {
  const classes = cluster.client.of(VolumeAttributesClasses);
  const claims = cluster.client.of(PersistentVolumeClaims);
  await classes.create({ metadata: { name: 'gold' }, driverName: 'd', parameters: { a: 'b' } });
  const wanting = claim('wanting');
  await claims.create({ ...wanting, spec: { ...wanting.spec, volumeAttributesClassName: 'gold' } });
  await classes.delete('gold');
  expect(await gone(classes.get('gold'))).toBe(false);
  await claims.delete('wanting', { namespace });
  await waitFor(() => gone(classes.get('gold')));
});

test('a pod uses the claims of its volumes from when it has a node until it has ended', () => {
  const volumes = [
    { name: 'a', persistentVolumeClaim: { claimName: 'one' } },
    { name: 'b', ephemeral: {} },
    { name: 'c', emptyDir: {} },
  ];
  expect(claimsOf(pod('p', { volumes }))).toEqual(['default/one', 'default/p-b']);
  expect([
    usesClaims(pod('p', {})),
    usesClaims(pod('p', { nodeName: 'n' })),
    usesClaims({ ...pod('p', { nodeName: 'n' }), status: { phase: 'Succeeded' } }),
  ]).toEqual([false, true, false]);
});
