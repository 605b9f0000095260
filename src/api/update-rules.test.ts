import { expect, test } from 'vitest';
import { DaemonSets } from './apps/v1/daemon-set.ts';
import { Deployments } from './apps/v1/deployment.ts';
import { ReplicaSets } from './apps/v1/replica-set.ts';
import { StatefulSets } from './apps/v1/stateful-set.ts';
import { CronJobs } from './batch/v1/cron-job.ts';
import { CertificateSigningRequests } from './certificates/v1/certificate-signing-request.ts';
import { ConfigMaps } from './core/v1/config-map.ts';
import { Nodes } from './core/v1/node.ts';
import { PersistentVolumes } from './core/v1/persistent-volume.ts';
import { type PersistentVolumeClaim, PersistentVolumeClaims } from './core/v1/persistent-volume-claim.ts';
import { ResourceQuotas } from './core/v1/resource-quota.ts';
import { Secrets } from './core/v1/secret.ts';
import { EndpointSlices } from './discovery/v1/endpoint-slice.ts';
import { Ingresses } from './networking/v1/ingress.ts';
import { IngressClasses } from './networking/v1/ingress-class.ts';
import { IPAddresses } from './networking/v1/ip-address.ts';
import { ServiceCIDRs } from './networking/v1/service-cidr.ts';
import { RuntimeClasses } from './node/v1/runtime-class.ts';
import { ClusterRoleBindings } from './rbac/v1/cluster-role-binding.ts';
import type { AnyResourceDefinition } from './resource-definition.ts';
import { PriorityClasses } from './scheduling/v1/priority-class.ts';
import { CSIDrivers } from './storage/v1/csi-driver.ts';
import { CSINodes } from './storage/v1/csi-node.ts';
import { StorageClasses } from './storage/v1/storage-class.ts';
import { VolumeAttachments } from './storage/v1/volume-attachment.ts';
import { VolumeAttributesClasses } from './storage/v1/volume-attributes-class.ts';
import { defaulted, errorTexts, updateErrors } from './testing/defaulted.ts';

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
    node({ podCIDR: '10.0.1.0/24', podCIDRs: ['10.0.1.0/24'], providerID: 'b', externalID: 'c' }),
    [
      'spec.podCIDRs: Forbidden: node updates may not change podCIDR except from "" to valid',
      'spec.providerID: Forbidden: node updates may not change providerID except from "" to valid',
      'spec.externalID: Forbidden: may not be updated',
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
      'parameters: Invalid value: null: field is immutable',
      'provisioner: Invalid value: "a.b/d": field is immutable',
      'reclaimPolicy: Invalid value: "Retain": field is immutable',
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

const claim = (spec: object, more: object = {}) => ({
  metadata: { ...metadata, ...more },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } }, ...spec },
});
const volume = (spec: object) => ({
  metadata: { name: 'v' },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, ...spec },
});
const csi = { driver: 'csi.example.com', volumeHandle: 'h' };
const zone = (key: string, value: string) => ({
  required: { nodeSelectorTerms: [{ matchExpressions: [{ key, operator: 'In', values: [value] }] }] },
});
const cron = (spec: object, name = 'c') => ({
  metadata: { name, namespace: 'b' },
  spec: {
    schedule: '* * * * *',
    jobTemplate: {
      spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'x' }] } } },
    },
    ...spec,
  },
});
const ingress = (spec: object, annotations: object = {}) => ({ metadata: { ...metadata, annotations }, spec });
const backend = { service: { name: 's', port: { number: 80 } } };
const request = btoa('-----BEGIN CERTIFICATE REQUEST-----\nMA==\n-----END CERTIFICATE REQUEST-----\n');
const signing = (spec: object) =>
  class_({ spec: { request, signerName: 'example.com/s', usages: ['client auth'], ...spec } });

test.each<[string, AnyResourceDefinition, object, object, string[]]>([
  [
    'a claim that shrinks, and changes how it is used',
    PersistentVolumeClaims,
    claim({ volumeMode: 'Filesystem', volumeAttributesClassName: 'gold' }),
    claim({ volumeMode: 'Block', volumeAttributesClassName: '', resources: { requests: { storage: '1Gi' } } }),
    [
      'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ -6,13 +6,13 @@\n  "Resources": {\n   "Limits": null,\n   "Requests": {\n-   "storage": "2Gi"\n+   "storage": "1Gi"\n   }\n  },\n  "VolumeName": "",\n  "StorageClassName": null,\n- "VolumeMode": "Filesystem",\n+ "VolumeMode": "Block",\n  "DataSource": null,\n  "DataSourceRef": null,\n- "VolumeAttributesClassName": "gold"\n+ "VolumeAttributesClassName": ""\n }\n',
      'volumeMode: Invalid value: "Block": field is immutable',
    ],
  ],
  ['a claim that gets a class', PersistentVolumeClaims, claim({}), claim({ storageClassName: 's' }), []],
  [
    'a claim whose class was an annotation',
    PersistentVolumeClaims,
    claim({}, { annotations: { 'volume.beta.kubernetes.io/storage-class': 's' } }),
    claim({}, { annotations: { 'volume.beta.kubernetes.io/storage-class': 't' } }),
    ['metadata.annotations.volume.beta.kubernetes.io/storage-class: Invalid value: "t": field is immutable'],
  ],
  [
    'a claim whose annotation becomes a field',
    PersistentVolumeClaims,
    claim({}, { annotations: { 'volume.beta.kubernetes.io/storage-class': 's' } }),
    claim({ storageClassName: 's' }),
    [],
  ],
  [
    'a volume',
    PersistentVolumes,
    volume({ csi, nodeAffinity: zone('a', 'b'), volumeAttributesClassName: 'gold' }),
    volume({ csi: { ...csi, volumeHandle: 'i' }, nodeAffinity: zone('a', 'c'), volumeMode: 'Block' }),
    [
      'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n@@ -22,7 +22,7 @@\n  "StorageOS": null,\n  "CSI": {\n   "Driver": "csi.example.com",\n-  "VolumeHandle": "h",\n+  "VolumeHandle": "i",\n   "ReadOnly": false,\n   "FSType": "",\n   "VolumeAttributes": null,\n',
      'volumeMode: Invalid value: "Block": field is immutable',
      'nodeAffinity: Invalid value: {"Required":{"NodeSelectorTerms":[{"MatchExpressions":[{"Key":"a","Operator":"In","Values":["c"]}],"MatchFields":null}]}}: field is immutable, except for updating from beta label to GA',
      'spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden',
    ],
  ],
  [
    'a volume that is told how it grows, and of new names of labels',
    PersistentVolumes,
    volume({ csi, nodeAffinity: zone('failure-domain.beta.kubernetes.io/zone', 'b') }),
    volume({
      csi: { ...csi, controllerExpandSecretRef: { name: 's', namespace: 'n' } },
      nodeAffinity: zone('topology.kubernetes.io/zone', 'b'),
    }),
    [],
  ],
  [
    'a volume that is told old names of labels',
    PersistentVolumes,
    volume({ csi, nodeAffinity: zone('topology.kubernetes.io/zone', 'b') }),
    volume({ csi, nodeAffinity: zone('failure-domain.beta.kubernetes.io/zone', 'b') }),
    [expect.stringContaining('field is immutable, except for updating from beta label to GA')],
  ],
  [
    'a CronJob of a long name and with a zone that was known once',
    CronJobs,
    cron({ timeZone: 'Nowhere/Town' }, 'n'.repeat(60)),
    cron({ timeZone: 'Nowhere/Town', suspend: true }, 'n'.repeat(60)),
    [],
  ],
  [
    'a CronJob whose schedule names a zone',
    CronJobs,
    cron({ schedule: 'TZ=UTC * * * * *' }),
    cron({ schedule: 'TZ=UTC * * * * *', timeZone: 'UTC' }),
    ['spec.schedule: Invalid value: "TZ=UTC * * * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule'],
  ],
  [
    'an Ingress with two classes and a secret of a wrong name, as before',
    Ingresses,
    ingress({ defaultBackend: backend, tls: [{ secretName: 'A_' }] }),
    ingress(
      { defaultBackend: backend, tls: [{ secretName: 'B_' }], ingressClassName: 'x' },
      { 'kubernetes.io/ingress.class': 'y' },
    ),
    [],
  ],
  [
    'a ServiceCIDR that gets a second family',
    ServiceCIDRs,
    class_({ spec: { cidrs: ['10.0.0.0/24'] } }),
    class_({ spec: { cidrs: ['10.0.0.0/24', 'fd00::/64'] } }),
    [],
  ],
  [
    'a ServiceCIDR',
    ServiceCIDRs,
    class_({ spec: { cidrs: ['10.0.0.0/24'] } }),
    class_({ spec: { cidrs: ['10.1.0.0/24'] } }),
    ['spec.cidrs[0]: Invalid value: "10.1.0.0/24": field is immutable'],
  ],
  [
    'a CertificateSigningRequest, which asks for what it asked for',
    CertificateSigningRequests,
    signing({}),
    signing({ usages: ['unheard of'], expirationSeconds: 1 }),
    [],
  ],
])('%s changes or not', (_, definition, before, after, expected) => {
  expect(updateErrors(definition, before, after)).toEqual(expected);
});

test.each([
  ['silver', []],
  [
    '',
    [
      'spec.volumeAttributesClassName: Forbidden: update to empty string is forbidden when status.currentVolumeAttributesClassName is not nil',
    ],
  ],
  [
    undefined,
    [
      'spec.volumeAttributesClassName: Forbidden: update to nil is forbidden when status.currentVolumeAttributesClassName is not nil',
    ],
  ],
])('a bound claim whose volume was modified may be modified to %j', (volumeAttributesClassName, expected) => {
  const status = { phase: 'Bound', currentVolumeAttributesClassName: 'gold' };
  const [before, after] = ['gold', volumeAttributesClassName].map((name) =>
    defaulted<PersistentVolumeClaim>(PersistentVolumeClaims, { ...claim({ volumeAttributesClassName: name }), status }),
  );
  expect(errorTexts(PersistentVolumeClaims.strategy.validateUpdate?.(after!, before!))).toEqual(expected);
});
