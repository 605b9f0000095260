import { expect, test } from 'vitest';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { createErrors, updateErrors } from '#api/testing/defaulted.ts';
import { ConfigMaps } from './config-map.ts';
import { EndpointsResource } from './endpoints.ts';
import { Events } from './event.ts';
import { LimitRanges } from './limit-range.ts';
import { Namespaces } from './namespace.ts';
import { Nodes } from './node.ts';
import { PersistentVolumes } from './persistent-volume.ts';
import { PersistentVolumeClaims } from './persistent-volume-claim.ts';
import { ResourceQuotas } from './resource-quota.ts';

const METADATA = { name: 'a', namespace: 'b' };
const claim = (spec: object) => ({
  metadata: METADATA,
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
});
const node = (...podCIDRs: string[]) => ({ metadata: { name: 'a' }, spec: { podCIDRs } });
const volume = (spec: object) => ({
  metadata: { name: 'a' },
  spec: { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/x' }, ...spec },
});

test.each<[string, AnyResourceDefinition, object, string[]]>([
  ['a namespace', Namespaces, { metadata: { name: 'a' } }, []],
  [
    'a namespace that waits for nobody',
    Namespaces,
    { metadata: { name: 'a' }, spec: { finalizers: ['who'] } },
    ['spec.finalizers: Invalid value: "who": name is neither a standard finalizer name nor is it fully qualified'],
  ],
  [
    'a node with a taint without effect',
    Nodes,
    { metadata: { name: 'a' }, spec: { taints: [{ key: 'k', effect: '' }] } },
    ['metadata.taints[0].effect: Required value'],
  ],
  [
    'a node with features in no order, and swap below nothing',
    Nodes,
    {
      metadata: { name: 'a' },
      status: { declaredFeatures: ['B', 'A/x', 'A/x', 'b c'], nodeInfo: { swap: { capacity: -1 } } },
    },
    [
      'metadata.nodeSwapStatus.capacity: Invalid value: -1: must be greater than or equal to 0',
      'status.declaredFeatures[1]: Invalid value: "A/x": list must be sorted alphabetically',
      'status.declaredFeatures[2]: Duplicate value: "A/x"',
      `status.declaredFeatures[3]: Invalid value: "b c": invalid feature name "b c": must start with an UpperCamelCase segment, with subsequent segments separated by '/' (e.g., MyFeature or MyFeature/mySubFeature), and contain only alphanumeric characters and slashes`,
    ],
  ],
  ['a node of both families', Nodes, node('10.0.0.0/24', 'fd00::/64'), []],
  [
    'a node of one family twice',
    Nodes,
    node('10.0.0.0/24', '10.0.0.0/24'),
    [
      'spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.0.0.0/24"]: may specify no more than one CIDR for each IP family',
    ],
  ],
  [
    'a map of too much',
    ConfigMaps,
    { metadata: METADATA, data: { a: 'x'.repeat(1024 * 1024 + 1) } },
    ['[]: Too long: may not be more than 1048576 bytes'],
  ],
  ['a claim', PersistentVolumeClaims, claim({}), []],
  [
    'a claim for nothing',
    PersistentVolumeClaims,
    { metadata: METADATA, spec: {} },
    ['spec.accessModes: Required value: at least 1 access mode is required', 'spec.resources[storage]: Required value'],
  ],
  [
    'a claim for one pod and for many',
    PersistentVolumeClaims,
    claim({ accessModes: ['ReadWriteOncePod', 'ReadWriteMany'] }),
    ['spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes'],
  ],
  ['a volume', PersistentVolumes, volume({}), []],
  [
    'a volume that holds more than storage',
    PersistentVolumes,
    volume({ capacity: { storage: '1Gi', cpu: '1' } }),
    ['spec.capacity: Unsupported value: {"cpu":"1","storage":"1Gi"}: supported values: "storage"'],
  ],
  [
    'a volume of no kind and size',
    PersistentVolumes,
    volume({ hostPath: undefined, capacity: {} }),
    [
      'spec.capacity: Required value',
      'spec.capacity: Unsupported value: null: supported values: "storage"',
      'spec: Required value: must specify a volume type',
    ],
  ],
  [
    'a local volume without a place',
    PersistentVolumes,
    volume({ hostPath: undefined, local: { path: '/x' } }),
    ['spec.nodeAffinity: Required value: Local volume requires node affinity'],
  ],
  [
    'endpoints that lead to the node itself',
    EndpointsResource,
    { metadata: METADATA, subsets: [{ addresses: [{ ip: '127.0.0.1' }] }, {}] },
    [
      'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
      'subsets[1]: Required value: must specify `addresses` or `notReadyAddresses`',
    ],
  ],
  [
    'an event beside another namespace',
    Events,
    { metadata: METADATA, involvedObject: { namespace: 'c' } },
    ['involvedObject.namespace: Invalid value: "c": does not match event.namespace'],
  ],
  [
    'limits that contradict each other',
    LimitRanges,
    { metadata: METADATA, spec: { limits: [{ type: 'Pod', min: { cpu: '2' }, max: { cpu: '1' } }] } },
    ['spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1'],
  ],
  [
    'limits of nothing known',
    LimitRanges,
    {
      metadata: METADATA,
      spec: {
        limits: [
          { type: 'Node' },
          { type: 'Pod', max: { storage: '1' }, default: { cpu: '1' } },
          {
            type: 'Container',
            default: { cpu: '2', 'a.b/c': '2' },
            defaultRequest: { 'a.b/c': '1' },
            max: { cpu: '1' },
          },
        ],
      },
    },
    [
      'spec.limits[0].type: Invalid value: "Node": must be a standard limit type or fully qualified',
      'spec.limits[1].max[storage]: Invalid value: "storage": must be a standard resource for containers',
      "spec.limits[1].default: Forbidden: may not be specified when `type` is 'Pod'",
      'spec.limits[2].defaultRequest[a.b/c]: Invalid value: "1": default value 2 must equal to defaultRequest value 1 in a.b/c',
      'spec.limits[2].defaultRequest[cpu]: Invalid value: "2": default request value 2 is greater than max value 1',
      'spec.limits[2].default[cpu]: Invalid value: "1": default value 2 is greater than max value 1',
    ],
  ],
  [
    'a quota that counts what its scope is not about',
    ResourceQuotas,
    {
      metadata: METADATA,
      spec: {
        hard: { services: '1.5', storage: '1', 'requests.nvidia.com/gpu': '1' },
        scopes: ['BestEffort'],
        scopeSelector: { matchExpressions: [{ scopeName: 'Terminating', operator: 'In', values: [] }] },
      },
    },
    [
      'spec.hard[services]: Invalid value: "1500m": must be an integer',
      'spec.hard[storage]: Invalid value: "storage": must be a standard resource for quota',
      'spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource',
      'spec.scopeSelector.matchExpressions: Invalid value: {"MatchExpressions":[{"ScopeName":"Terminating","Operator":"In","Values":null}]}: unsupported scope applied to resource',
      'spec.scopeSelector.matchExpressions.operator: Invalid value: "In": must be \'Exists\' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity',
      "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
    ],
  ],
  [
    'a quota of less than nothing',
    ResourceQuotas,
    { metadata: METADATA, spec: { hard: { pods: '-1' }, scopes: ['Terminating', 'NotTerminating'] } },
    [
      'spec.hard[pods]: Invalid value: "-1": must be greater than or equal to 0',
      'spec.scopes: Invalid value: ["Terminating","NotTerminating"]: conflicting scopes',
    ],
  ],
])('%s is answered rightly', (_, definition, object, expected) => {
  expect(createErrors(definition, object)).toEqual(expected);
});

test('a claim does not change its class and does not shrink', () => {
  const before = claim({ storageClassName: 'a' });
  const after = claim({ storageClassName: 'b' });
  expect(updateErrors(PersistentVolumeClaims, before, after)).toEqual([
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ -10,7 +10,7 @@\n   }\n  },\n  "VolumeName": "",\n- "StorageClassName": "a",\n+ "StorageClassName": "b",\n  "VolumeMode": "Filesystem",\n  "DataSource": null,\n  "DataSourceRef": null,\n',
  ]);
  expect(
    updateErrors(PersistentVolumeClaims, before, { ...before, spec: { ...before.spec, volumeName: 'v' } }),
  ).toEqual([]);
});

test('a volume stays where it is', () => {
  expect(updateErrors(PersistentVolumes, volume({}), volume({ hostPath: { path: '/y' } }))).toEqual([
    'spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n@@ -2,7 +2,7 @@\n  "GCEPersistentDisk": null,\n  "AWSElasticBlockStore": null,\n  "HostPath": {\n-  "Path": "/x",\n+  "Path": "/y",\n   "Type": ""\n  },\n  "Glusterfs": null,\n',
  ]);
});
