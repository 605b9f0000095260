import { expect, test } from 'vitest';
import { Leases } from '#api/coordination/v1/lease.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { PersistentVolumeClaims } from '#api/core/v1/persistent-volume-claim.ts';
import { Pods } from '#api/core/v1/pod.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { ResourceSlices } from '#api/resource/v1/resource-slice.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { CSINodes } from '#api/storage/v1/csi-node.ts';
import { admit, attributesOf, readerOf, type TestRequest } from '../testing.ts';
import { createNodeRestriction } from './node-restriction.ts';

const NODE = { name: 'system:node:n1', groups: ['system:nodes'] };
const node = (name: string, more: object = {}) => ({
  kind: 'Node',
  apiVersion: 'v1',
  metadata: { name, uid: `uid-${name}`, ...more },
});
const pod = (nodeName: string, metadata: object = {}, spec: object = {}) => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: { name: 'p', namespace: 'd', uid: 'uid-p', ...metadata },
  spec: { nodeName, ...spec },
});
const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid: 'uid-n1', controller: true };
const mirror = { annotations: { 'kubernetes.io/config.mirror': 'x' }, ownerReferences: [owner] };
const token = (name: string, audience?: string) => ({
  spec: {
    boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid: 'uid-p' },
    audiences: audience ? [audience] : [],
  },
});
const withToken = { volumes: [{ name: 'v', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } }] };
const plugin = createNodeRestriction({
  ...readerOf(node('n1'), pod('n1', {}, withToken), pod('n2', { name: 'q' })),
  decide: (attributes) => ({
    allowed: 'resource' in attributes && attributes.resource === 'registry',
    denied: false,
    reason: '',
  }),
});

test.each<[string, AnyResourceDefinition, TestRequest, string | undefined]>([
  ['anybody else is left alone', Nodes, { object: node('n2'), user: { name: 'a', groups: [] } }, undefined],
  [
    'a node says which it is',
    Nodes,
    { object: node('n2'), user: { name: 'system:node:', groups: ['system:nodes'] } },
    'nodes "n2" is forbidden: could not determine node from user "system:node:"',
  ],
  ['it makes itself', Nodes, { object: node('n1', { labels: { 'kubernetes.io/os': 'linux', a: 'b' } }) }, undefined],
  [
    'no other node',
    Nodes,
    { object: node('n2') },
    'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
  ],
  [
    'not with labels that are not its own',
    Nodes,
    { object: node('n1', { labels: { 'node-role.kubernetes.io/x': '', 'node-restriction.kubernetes.io/a': '' } }) },
    'nodes "n1" is forbidden: node "n1" is not allowed to set the following labels: node-restriction.kubernetes.io/a, node-role.kubernetes.io/x',
  ],
  [
    'nor changes them',
    Nodes,
    { object: node('n1'), oldObject: node('n1', { labels: { 'node-role.kubernetes.io/x': '' } }) },
    'nodes "n1" is forbidden: is not allowed to modify labels: node-role.kubernetes.io/x',
  ],
  [
    'nor its taints',
    Nodes,
    { object: node('n1'), oldObject: { ...node('n1'), spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } } },
    'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
  ],
  [
    'nor its owners',
    Nodes,
    { object: node('n1', { ownerReferences: [owner] }), oldObject: node('n1') },
    'nodes "n1" is forbidden: node "n1" is not allowed to modify ownerReferences',
  ],
  ['it mirrors its pods', Pods, { object: pod('n1', mirror) }, undefined],
  [
    'it makes no other pods',
    Pods,
    { object: pod('n1') },
    'pods "p" is forbidden: pod does not have "kubernetes.io/config.mirror" annotation, node "n1" can only create mirror pods',
  ],
  [
    'nor mirrors of those elsewhere',
    Pods,
    { object: pod('n2', mirror) },
    'pods "p" is forbidden: node "n1" can only create pods with spec.nodeName set to itself',
  ],
  [
    'nor mirrors that read secrets',
    Pods,
    { object: pod('n1', mirror, { containers: [], volumes: [{ name: 'v', secret: { secretName: 's' } }] }) },
    'pods "p" is forbidden: node "n1" can not create pods that reference secrets',
  ],
  ['it deletes its pods', Pods, { oldObject: pod('n1'), operation: 'DELETE' }, undefined],
  [
    'it deletes no other pods',
    Pods,
    { oldObject: pod('n2'), operation: 'DELETE' },
    'pods "p" is forbidden: node "n1" can only delete pods with spec.nodeName set to itself',
  ],
  ['it reports of its pods', Pods, { object: pod('n1'), oldObject: pod('n1'), subresource: 'status' }, undefined],
  [
    'it reports of no other pods',
    Pods,
    { object: pod('n2'), oldObject: pod('n2'), subresource: 'status' },
    'pods "p" is forbidden: node "n1" can only update pod status for pods with spec.nodeName set to itself',
  ],
  [
    'it evicts no other pods',
    Pods,
    { object: { metadata: {} }, subresource: 'eviction', name: 'q', namespace: 'd' },
    'pods "q" is forbidden: node n1 can only evict pods with spec.nodeName set to itself',
  ],
  [
    'it touches no other part of a pod',
    Pods,
    { object: pod('n1'), oldObject: pod('n1'), subresource: 'resize' },
    'pods "p" is forbidden: unexpected pod subresource "resize", only \'status\' and \'eviction\' are allowed',
  ],
  [
    'it gets tokens for its pods',
    ServiceAccounts,
    { object: token('p'), subresource: 'token', name: 'a', namespace: 'd' },
    undefined,
  ],
  [
    'not for audiences that they do not want',
    ServiceAccounts,
    { object: token('p', 'vault'), subresource: 'token', name: 'a', namespace: 'd' },
    'serviceaccounts "a" is forbidden: audience "vault" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience',
  ],
  [
    'unless it may have tokens for them',
    ServiceAccounts,
    { object: token('p', 'registry'), subresource: 'token', name: 'a', namespace: 'd' },
    undefined,
  ],
  [
    'not for other pods',
    ServiceAccounts,
    { object: token('q'), subresource: 'token', name: 'a', namespace: 'd' },
    'serviceaccounts "a" is forbidden: node requested token bound to a pod scheduled on a different node',
  ],
  [
    'not for nobody',
    ServiceAccounts,
    { object: { spec: {} }, subresource: 'token', name: 'a', namespace: 'd' },
    'serviceaccounts "a" is forbidden: node requested token not bound to a pod',
  ],
  ['it renews its lease', Leases, { object: { metadata: { name: 'n1', namespace: 'kube-node-lease' } } }, undefined],
  [
    'it renews no other lease',
    Leases,
    { object: { metadata: { name: 'n2', namespace: 'kube-node-lease' } } },
    'leases.coordination.k8s.io "n2" is forbidden: can only access node lease with the same name as the requesting node',
  ],
  [
    'nor one of another namespace',
    Leases,
    { object: { metadata: { name: 'n1', namespace: 'd' } } },
    'leases.coordination.k8s.io "n1" is forbidden: can only access leases in the "kube-node-lease" system namespace',
  ],
  [
    'it names its own drivers only',
    CSINodes,
    { object: { metadata: { name: 'n2' } } },
    'csinodes.storage.k8s.io "n2" is forbidden: can only access CSINode with the same name as the requesting node',
  ],
  [
    'it offers its own devices only',
    ResourceSlices,
    { object: { metadata: { name: 's' }, spec: { nodeName: 'n2' } } },
    'resourceslices.resource.k8s.io "s" is forbidden: can only create ResourceSlice with the same NodeName as the requesting node',
  ],
  [
    'of claims it changes nothing but what its volumes became',
    PersistentVolumeClaims,
    { object: { metadata: { name: 'c' } }, oldObject: { metadata: { name: 'c' } } },
    'persistentvolumeclaims "c" is forbidden: may only update PVC status',
  ],
])('%s', async (_, definition, request, expected) => {
  const attributes = attributesOf(definition, { user: NODE, ...request });
  expect(await admit(plugin, attributes)).toEqual(expected ?? request.object);
});

const projected = (source: object) => ({ volumes: [{ name: 'v', projected: { sources: [source] } }] });

test.each<[string, object]>([
  ['serviceaccounts', { serviceAccountName: 'a' }],
  ['resourceclaims', { resourceClaims: [{ name: 'r', resourceClaimName: 'r' }] }],
  ['persistentvolumeclaims', { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }],
  ['persistentvolumeclaims (via ephemeral volumes)', { volumes: [{ name: 'v', ephemeral: {} }] }],
  ['csidrivers (via CSI volumes)', { volumes: [{ name: 'v', csi: { driver: 'd' } }] }],
  ['endpoints (via glusterFS volumes)', { volumes: [{ name: 'v', glusterfs: { endpoints: 'e', path: 'p' } }] }],
  ['serviceaccounts (via projected volumes)', projected({ serviceAccountToken: { path: 'p' } })],
  ['clustertrustbundles', projected({ clusterTrustBundle: { name: 'b', path: 'p' } })],
  ['podcertificates', projected({ podCertificate: { keyPath: 'p' } })],
])('a node makes no mirrors that speak of %s', async (what, spec) => {
  const object = pod('n1', mirror, { containers: [], ...spec });
  expect(await admit(plugin, attributesOf(Pods, { user: NODE, object }))).toBe(
    `pods "p" is forbidden: node "n1" can not create pods that reference ${what}`,
  );
});
