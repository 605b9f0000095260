import { afterAll, beforeAll, expect, test } from 'vitest';
import { type PersistentVolume, PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { type Pod, Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { type VolumeAttachment, VolumeAttachments } from '#api/storage/v1/volume-attachment.ts';
import { Cluster } from '#testing/cluster.ts';
import type { ResourceAttributes } from '../authorizer.ts';
import { createNodeRelations } from './node-relations.ts';

let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start({ controllers: false, scheduler: false });
  const { client } = cluster;
  for (const name of ['default', 'robot']) {
    await client.of(ServiceAccounts).create({ metadata: { name, namespace: 'default' } });
  }
  await client.of(Pods).create(pod('p1', 'n1'));
  await client.of(Pods).create({ ...pod('p2', 'n2'), spec: { ...pod('p2', 'n2').spec, volumes: [] } } as Pod);
  await client.of(PersistentVolumeClaims).create(claim('data', 'volume'));
  await client.of(PersistentVolumeClaims).create(claim('unused', 'spare'));
  for (const [name, of] of [['volume', 'data'] as const, ['spare', 'unused'] as const]) {
    await client.of(PersistentVolumes).create(volume(name, of));
  }
  await client.of(VolumeAttachments).create({
    metadata: { name: 'attached' },
    spec: { attacher: 'csi', nodeName: 'n1', source: { persistentVolumeName: 'volume' } },
  } as VolumeAttachment);
});
afterAll(() => cluster.stop());

const pod = (name: string, nodeName: string): Pod =>
  ({
    metadata: { name, namespace: 'default' },
    spec: {
      nodeName,
      serviceAccountName: 'robot',
      imagePullSecrets: [{ name: 'pull' }],
      initContainers: [{ name: 'i', image: 'i', envFrom: [{ configMapRef: { name: 'from' } }] }],
      containers: [
        {
          name: 'c',
          image: 'i',
          env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'key', key: 'k' } } }],
        },
      ],
      volumes: [
        { name: 'data', persistentVolumeClaim: { claimName: 'data' } },
        {
          name: 'scratch',
          ephemeral: {
            volumeClaimTemplate: {
              spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
            },
          },
        },
        { name: 'all', projected: { sources: [{ secret: { name: 'projected' } }, { configMap: { name: 'map' } }] } },
      ],
    },
  }) as Pod;

const claim = (name: string, volumeName: string): PersistentVolumeClaim =>
  ({
    metadata: { name, namespace: 'default' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, volumeName },
  }) as PersistentVolumeClaim;

const volume = (name: string, of: string): PersistentVolume =>
  ({
    metadata: { name },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      claimRef: { namespace: 'default', name: of },
      csi: { driver: 'd', volumeHandle: 'h', nodeStageSecretRef: { namespace: 'storage', name: `${name}-stage` } },
    },
  }) as PersistentVolume;

async function decide(request: string, selector?: string): Promise<string> {
  const [verb = '', path = ''] = request.split(' ');
  const [resource = '', namespace = '', name = '', subresource = ''] = path.split('/');
  const [plural = '', ...group] = resource.split('.');
  const [key = '', value = ''] = selector?.split('=') ?? [];
  const attributes: ResourceAttributes = {
    user: { name: 'system:node:n1', groups: ['system:nodes', 'system:authenticated'] },
    verb,
    group: group.join('.'),
    version: 'v1',
    resource: plural,
    subresource,
    namespace,
    name,
    ...(selector ? { fieldSelector: [{ key, operator: 'In', values: [value] }] } : {}),
  };
  const { allowed, reason } = await cluster.apiServer.pipeline.decide(attributes);
  return allowed ? 'yes' : reason;
}

const UNRELATED = "no relationship found between node 'n1' and this object";

test.each<[string, string]>([
  ['get secrets/default/pull', 'yes'],
  ['get secrets/default/key', 'yes'],
  ['watch secrets/default/projected', 'yes'],
  ['get secrets/default/other', UNRELATED],
  ['get secrets/other/pull', UNRELATED],
  ['get secrets/storage/volume-stage', 'yes'],
  ['get secrets/storage/spare-stage', UNRELATED],
  ['list secrets/default', 'No Object name found'],
  ['list secrets', 'can only read namespaced object of this type'],
  ['create secrets/default', 'can only read resources of this type'],
  ['get configmaps/default/from', 'yes'],
  ['get configmaps/default/map', 'yes'],
  ['get configmaps/default/other', UNRELATED],
  ['get persistentvolumeclaims/default/data', 'yes'],
  ['get persistentvolumeclaims/default/p1-scratch', 'yes'],
  ['get persistentvolumeclaims/default/unused', UNRELATED],
  ['list persistentvolumeclaims/default', 'can only get individual resources of this type'],
  ['patch persistentvolumeclaims/default/data/status', 'yes'],
  ['get persistentvolumeclaims/default/data/status', 'can only get/update/patch this type'],
  ['get persistentvolumes//volume', 'yes'],
  ['get persistentvolumes//spare', UNRELATED],
  ['get volumeattachments.storage.k8s.io//attached', 'yes'],
  ['get volumeattachments.storage.k8s.io//other', UNRELATED],
  ['create serviceaccounts/default/robot/token', 'yes'],
  ['create serviceaccounts/default/default/token', UNRELATED],
  ['get serviceaccounts/default/robot', 'yes'],
  ['get serviceaccounts/default/default', UNRELATED],
  ['list serviceaccounts/default', 'can only create tokens for individual service accounts'],
  ['create events.events.k8s.io/default', 'yes'],
  ['create serviceaccounts/default/robot', 'can only create token subresource of serviceaccount'],
  ['get pods/default/p1', 'yes'],
  ['get pods/default/p2', UNRELATED],
  ['list pods', 'can only list/watch pods with spec.nodeName field selector'],
  ['patch pods/default/p2/status', 'yes'],
  ['update pods/default/p1', ''],
  ['get nodes//n1', 'yes'],
  ['list nodes', "node 'n1' cannot read all nodes, only its own Node object"],
  ['get nodes//n2', "node 'n1' cannot read 'n2', only its own Node object"],
  ['delete nodes//n1', ''],
  ['create leases.coordination.k8s.io/kube-node-lease', 'yes'],
  ['update leases.coordination.k8s.io/kube-node-lease/n1', 'yes'],
  [
    'update leases.coordination.k8s.io/kube-node-lease/n2',
    'can only access node lease with the same name as the requesting node',
  ],
  ['get leases.coordination.k8s.io/default/n1', 'can only access leases in the "kube-node-lease" system namespace'],
  ['list leases.coordination.k8s.io/kube-node-lease', 'can only get, create, update, patch, or delete a node lease'],
  ['get csinodes.storage.k8s.io//n2', 'can only access CSINode with the same name as the requesting node'],
  ['create resourceslices.resource.k8s.io', 'yes'],
  [
    'list resourceslices.resource.k8s.io',
    'can only list/watch/deletecollection resourceslices with nodeName field selector',
  ],
  ['get resourceclaims.resource.k8s.io/default/c', UNRELATED],
  ['list services', 'yes'],
  ['list runtimeclasses.node.k8s.io', 'yes'],
  ['list deployments.apps', ''],
  ['list constructor', ''],
])('the agent of n1: %s: %s', async (request, expected) => {
  expect(await decide(request)).toBe(expected);
});

test.each([
  ['list pods', 'spec.nodeName=n1', 'yes'],
  ['watch pods', 'spec.nodeName=n2', 'can only list/watch pods with spec.nodeName field selector'],
  ['list resourceslices.resource.k8s.io', 'nodeName=n1', 'yes'],
])('%s with %s: %s', async (request, selector, expected) => {
  expect(await decide(request, selector)).toBe(expected);
});

test('a mirror pod gives its node no rights', () => {
  const metadata = { name: 'm', namespace: 'default', annotations: { 'kubernetes.io/config.mirror': 'x' } };
  const none = () => undefined;
  const relations = createNodeRelations({
    podsOf: () => [{ ...pod('m', 'n1'), metadata }],
    claim: none,
    volume: none,
    volumeAttachment: none,
    resourceSlice: none,
    podCertificateRequest: none,
  });
  expect(relations.isRelated('n1', 'pods', { namespace: 'default', name: 'm' })).toBe(true);
  expect(relations.isRelated('n1', 'secrets', { namespace: 'default', name: 'pull' })).toBe(false);
});

test('a right ends with the pod that gave it', async () => {
  await cluster.client.of(Pods).delete('p1', { namespace: 'default', gracePeriodSeconds: 0 });
  expect(await decide('get secrets/default/pull')).toBe(UNRELATED);
});

test('a refusal tells why', async () => {
  const node = cluster.clientFor({ name: 'system:node:n1', groups: ['system:nodes'] });
  await expect(node.of(Pods).list()).rejects.toMatchObject({
    code: 403,
    message:
      'pods is forbidden: User "system:node:n1" cannot list resource "pods" in API group "" at the cluster scope: can only list/watch pods with spec.nodeName field selector',
  });
});
