import { expect, test } from 'vitest';
import { DaemonSets } from './apps/v1/daemon-set.ts';
import { Deployments } from './apps/v1/deployment.ts';
import { ReplicaSets } from './apps/v1/replica-set.ts';
import { StatefulSets } from './apps/v1/stateful-set.ts';
import { ConfigMaps } from './core/v1/config-map.ts';
import { Nodes } from './core/v1/node.ts';
import { ResourceQuotas } from './core/v1/resource-quota.ts';
import { Secrets } from './core/v1/secret.ts';
import { EndpointSlices } from './discovery/v1/endpoint-slice.ts';
import { IngressClasses } from './networking/v1/ingress-class.ts';
import { IPAddresses } from './networking/v1/ip-address.ts';
import { RuntimeClasses } from './node/v1/runtime-class.ts';
import { ClusterRoleBindings } from './rbac/v1/cluster-role-binding.ts';
import type { AnyResourceDefinition } from './resource-definition.ts';
import { PriorityClasses } from './scheduling/v1/priority-class.ts';
import { CSIDrivers } from './storage/v1/csi-driver.ts';
import { CSINodes } from './storage/v1/csi-node.ts';
import { StorageClasses } from './storage/v1/storage-class.ts';
import { VolumeAttachments } from './storage/v1/volume-attachment.ts';
import { VolumeAttributesClasses } from './storage/v1/volume-attributes-class.ts';
import { updateErrors } from './testing/defaulted.ts';

const metadata = { name: 'a', namespace: 'b' };
const workload = (labels: object, more: object = {}) => ({
  metadata,
  spec: {
    selector: { matchLabels: labels },
    template: { metadata: { labels: { a: 'b', c: 'd' } }, spec: { containers: [{ name: 'c', image: 'x' }] } },
    ...more,
  },
});
const MOVED = 'spec.selector: Invalid value: {"matchLabels":{"c":"d"}}: field is immutable';
const class_ = (more: object) => ({ metadata: { name: 'a' }, ...more });
const node = (spec: object) => ({ metadata: { name: 'a' }, spec });
const binding = (name: string) =>
  class_({ roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name } });
const driver = (nodeID: string, count: number) => ({
  metadata: { name: 'n' },
  spec: { drivers: [{ name: 'csi.example.com', nodeID, allocatable: { count } }] },
});
const attachment = (nodeName: string) =>
  class_({ spec: { attacher: 'csi.example.com', source: { persistentVolumeName: 'v' }, nodeName } });

test.each<[string, AnyResourceDefinition, object, object, string[]]>([
  ['a Deployment’s selector', Deployments, workload({ a: 'b' }), workload({ c: 'd' }), [MOVED]],
  ['a ReplicaSet’s selector', ReplicaSets, workload({ a: 'b' }), workload({ c: 'd' }), [MOVED]],
  ['a DaemonSet’s selector', DaemonSets, workload({ a: 'b' }), workload({ c: 'd' }), [MOVED]],
  [
    'a StatefulSet’s service',
    StatefulSets,
    workload({ a: 'b' }, { serviceName: 'x' }),
    workload({ a: 'b' }, { serviceName: 'y' }),
    [
      "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    ],
  ],
  [
    'what a sealed ConfigMap holds',
    ConfigMaps,
    { metadata, immutable: true, data: { a: '1' } },
    { metadata, data: { a: '2' } },
    [
      'immutable: Forbidden: field is immutable when `immutable` is set',
      'data: Forbidden: field is immutable when `immutable` is set',
    ],
  ],
  [
    'a Secret’s type',
    Secrets,
    { metadata, type: 'a.b/c' },
    { metadata, type: 'Opaque' },
    ['type: Invalid value: "Opaque": field is immutable'],
  ],
  [
    'a node’s network and provider',
    Nodes,
    node({ podCIDR: '10.0.0.0/24', podCIDRs: ['10.0.0.0/24'], providerID: 'a' }),
    node({ podCIDR: '10.0.1.0/24', podCIDRs: ['10.0.1.0/24'], providerID: 'b' }),
    [
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
    ],
  ],
  [
    'a quota’s scopes',
    ResourceQuotas,
    { metadata, spec: { scopes: ['BestEffort'] } },
    { metadata, spec: { scopes: ['NotBestEffort'] } },
    ['spec.scopes: Invalid value: ["NotBestEffort"]: field is immutable'],
  ],
  [
    'a slice’s type of addresses',
    EndpointSlices,
    { metadata, addressType: 'IPv4' },
    { metadata, addressType: 'IPv6' },
    ['addressType: Invalid value: "IPv6": field is immutable'],
  ],
  [
    'a class’s controller',
    IngressClasses,
    class_({ spec: { controller: 'a.b/c' } }),
    class_({ spec: { controller: 'a.b/d' } }),
    ['spec.controller: Invalid value: "a.b/d": field is immutable'],
  ],
  [
    'an address’s owner',
    IPAddresses,
    { metadata: { name: '10.0.0.1' }, spec: { parentRef: { resource: 'services', name: 'a', namespace: 'b' } } },
    { metadata: { name: '10.0.0.1' }, spec: { parentRef: { resource: 'services', name: 'c', namespace: 'b' } } },
    [
      'spec.parentRef: Invalid value: {"Group":"","Resource":"services","Namespace":"b","Name":"c"}: field is immutable',
    ],
  ],
  [
    'a class’s handler',
    RuntimeClasses,
    class_({ handler: 'a' }),
    class_({ handler: 'b' }),
    ['handler: Invalid value: "b": field is immutable'],
  ],
  [
    'a binding’s role',
    ClusterRoleBindings,
    binding('x'),
    binding('y'),
    [
      'roleRef: Invalid value: {"APIGroup":"rbac.authorization.k8s.io","Kind":"ClusterRole","Name":"y"}: cannot change roleRef',
    ],
  ],
  [
    'a class’s priority',
    PriorityClasses,
    class_({ value: 1 }),
    class_({ value: 2, preemptionPolicy: 'Never' }),
    [
      'value: Forbidden: may not be changed in an update.',
      'preemptionPolicy: Invalid value: "Never": field is immutable',
    ],
  ],
  [
    'whether volumes of a driver are attached',
    CSIDrivers,
    class_({ spec: {} }),
    class_({ spec: { attachRequired: false } }),
    ['spec.attachedRequired: Invalid value: false: field is immutable'],
  ],
  ['what a driver can hold', CSINodes, driver('i', 1), driver('i', 2), []],
  [
    'a driver’s name for its node',
    CSINodes,
    driver('i', 1),
    driver('j', 1),
    [
      'spec.drivers: Invalid value: {"Name":"csi.example.com","NodeID":"j","TopologyKeys":null,"Allocatable":null}: field is immutable',
    ],
  ],
  [
    'a class’s driver',
    StorageClasses,
    class_({ provisioner: 'a.b/c', parameters: { a: 'b' } }),
    class_({ provisioner: 'a.b/d', reclaimPolicy: 'Retain', volumeBindingMode: 'WaitForFirstConsumer' }),
    [
      'parameters: Forbidden: updates to parameters are forbidden.',
      'provisioner: Forbidden: updates to provisioner are forbidden.',
      'reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.',
      'volumeBindingMode: Invalid value: "WaitForFirstConsumer": field is immutable',
    ],
  ],
  [
    'where a volume is attached',
    VolumeAttachments,
    attachment('n'),
    attachment('m'),
    [
      'spec: Invalid value: {"Attacher":"csi.example.com","Source":{"PersistentVolumeName":"v","InlineVolumeSpec":null},"NodeName":"m"}: field is immutable',
    ],
  ],
  [
    'a class’s parameters',
    VolumeAttributesClasses,
    class_({ driverName: 'a.b', parameters: { a: 'b' } }),
    class_({ driverName: 'a.c', parameters: { a: 'c' } }),
    [
      'driverName: Forbidden: updates to driverName are forbidden.',
      'parameters: Forbidden: updates to parameters are forbidden.',
    ],
  ],
])('%s may change or not', (_, definition, before, after, expected) => {
  expect(updateErrors(definition, before, after)).toEqual(expected);
});

test.each<[string, AnyResourceDefinition, object, string]>([
  [
    'a Deployment',
    Deployments,
    workload({ a: 'b' }, { strategy: { type: 'Blue' } }),
    'spec.strategy: Unsupported value: {"Type":"Blue","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"',
  ],
  [
    'a DaemonSet',
    DaemonSets,
    workload({ a: 'b' }, { updateStrategy: { type: 'Blue' } }),
    'spec.updateStrategy: Unsupported value: {"Type":"Blue","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"',
  ],
  [
    'a StatefulSet',
    StatefulSets,
    workload({ a: 'b' }, { updateStrategy: { type: 'Blue' } }),
    'spec.updateStrategy: Invalid value: {"Type":"Blue","RollingUpdate":null}: must be \'RollingUpdate\' or \'OnDelete\'',
  ],
])('the strategy of %s is shown as upstream shows it', (_, definition, after, expected) => {
  expect(updateErrors(definition, workload({ a: 'b' }), after)).toEqual([expected]);
});

test.each<[string, AnyResourceDefinition, object, object, string[]]>([
  [
    'a Secret',
    Secrets,
    { metadata, type: 'Opaque' },
    { metadata, type: 'kubernetes.io/ssh-auth' },
    ['type: Invalid value: "kubernetes.io/ssh-auth": field is immutable', 'data[ssh-privatekey]: Required value'],
  ],
  [
    'a ConfigMap',
    ConfigMaps,
    { metadata, immutable: true },
    { metadata, immutable: true, data: { '': 'a' } },
    [
      'data: Forbidden: field is immutable when `immutable` is set',
      "data[]: Invalid value: \"\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')",
    ],
  ],
  [
    'an IngressClass',
    IngressClasses,
    class_({ spec: { controller: 'example.com/a' } }),
    class_({ spec: { controller: 'b' } }),
    [
      'spec.controller: Invalid value: "b": field is immutable',
      'spec.controller: Invalid value: "b": must be a domain-prefixed path (such as "acme.io/foo")',
    ],
  ],
  [
    'a PriorityClass, which is checked for nothing else',
    PriorityClasses,
    class_({ value: 1 }),
    class_({ value: 2_000_000_000, preemptionPolicy: 'Sometimes' }),
    [
      'value: Forbidden: may not be changed in an update.',
      'preemptionPolicy: Invalid value: "Sometimes": field is immutable',
    ],
  ],
])('Of %s, what may not change is told first', (_, definition, before, after, expected) => {
  expect(updateErrors(definition, before, after)).toEqual(expected);
});
