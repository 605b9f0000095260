import { describe, expect, test } from 'vitest';
import { isDNS1123Label } from '#machinery/names/dns.ts';
import { Jobs } from './batch/v1/job.ts';
import { Leases } from './coordination/v1/lease.ts';
import { EndpointsResource } from './core/v1/endpoints.ts';
import { Nodes } from './core/v1/node.ts';
import { Pods } from './core/v1/pod.ts';
import { EndpointSlices } from './discovery/v1/endpoint-slice.ts';
import { FlowSchemas } from './flowcontrol/v1/flow-schema.ts';
import { Ingresses } from './networking/v1/ingress.ts';
import { IngressClasses } from './networking/v1/ingress-class.ts';
import { NetworkPolicies } from './networking/v1/network-policy.ts';
import { ServiceCIDRs } from './networking/v1/service-cidr.ts';
import { RuntimeClasses } from './node/v1/runtime-class.ts';
import type { AnyResourceDefinition } from './resource-definition.ts';
import { PriorityClasses } from './scheduling/v1/priority-class.ts';
import { VolumeAttachments } from './storage/v1/volume-attachment.ts';
import { VolumeAttributesClasses } from './storage/v1/volume-attributes-class.ts';
import { createErrors, statusErrors, updateErrors } from './testing/defaulted.ts';

const metadata = { name: 'a', namespace: 'b' };
const path = { path: '/', backend: { service: { name: 's', port: { number: 1 } } } };

const ALPHA = 'scheduler.alpha.kubernetes.io';
const annotated = (name: string, text: string) => ({
  metadata: { name: 'a', annotations: { [`${ALPHA}/${name}`]: text } },
});

test.each([
  ['taints', '[{"key":"a","effect":"NoSchedule"},{"Key":"b","EFFECT":"NoExecute"}]', []],
  [
    'taints',
    '[{"key":"a","effect":"Later"}]',
    [
      `metadata.annotations.${ALPHA}/taints[0].effect: Unsupported value: "Later": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"`,
    ],
  ],
  [
    'taints',
    '[{"key":1}]',
    [
      `metadata.annotations: Invalid value: "${ALPHA}/taints": json: cannot unmarshal number into Go struct field Taint.Key of type string`,
    ],
  ],
  [
    'taints',
    '"a"',
    [
      `metadata.annotations: Invalid value: "${ALPHA}/taints": json: cannot unmarshal string into Go value of type []core.Taint`,
    ],
  ],
  ['preferAvoidPods', '{"preferAvoidPods":[{"podSignature":{"podController":{"controller":true}}}]}', []],
  [
    'preferAvoidPods',
    '{"preferAvoidPods":[{},{"podSignature":{"podController":{"controller":false}}}]}',
    [
      `metadata.annotations.${ALPHA}/preferAvoidPods[0].PodSignature: Required value`,
      `metadata.annotations.${ALPHA}/preferAvoidPods[1].PodSignature.PodController.Controller: Invalid value: false: must point to a controller`,
    ],
  ],
  [
    'preferAvoidPods',
    '{"preferAvoidPods":',
    [`metadata.annotations.AvoidPods: Invalid value: "${ALPHA}/preferAvoidPods": unexpected end of JSON input`],
  ],
])('a node’s annotation for %s must be well formed: %s', (name, text, errors) => {
  expect(createErrors(Nodes, annotated(name, text))).toEqual(errors);
});

test('endpoints are looked at twice, unless they stay as they were', () => {
  const at = (ip: string, more: object = {}) => ({
    metadata: { ...metadata, ...more },
    subsets: [{ addresses: [{ ip }] }],
  });
  const errors = [
    'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)',
    'subsets[0].addresses[0].ip: Invalid value: "x": must be a valid IP address',
  ];
  expect(createErrors(EndpointsResource, at('x'))).toEqual(errors);
  expect(updateErrors(EndpointsResource, at('1.2.3.4'), at('x'))).toEqual(errors);
  expect(updateErrors(EndpointsResource, at('x'), at('x', { labels: { a: 'b' } }))).toEqual([]);
  const slice = (address: string, addressType = 'IPv4') => ({
    metadata,
    addressType,
    endpoints: [{ addresses: [address] }],
  });
  expect(updateErrors(EndpointSlices, slice('x'), slice('x'))).toEqual([]);
  expect(updateErrors(EndpointSlices, slice('x'), slice('y'))).toHaveLength(1);
});

describe('what is created', () => {
  test.each<[string, AnyResourceDefinition, object, string[]]>([
    ['a handler of no name', RuntimeClasses, { handler: '' }, ['handler: Required value']],
    ['a policy of no name', PriorityClasses, { value: 1, preemptionPolicy: '' }, ['preemptionPolicy: Required value']],
    [
      'parameters that name nothing',
      IngressClasses,
      { spec: { controller: 'a.b/c', parameters: { scope: 'Cluster' } } },
      ['spec.parameters.kind: Required value', 'spec.parameters.name: Required value'],
    ],
    [
      'a type of path that is empty',
      Ingresses,
      { spec: { rules: [{ http: { paths: [{ ...path, pathType: '' }] } }] } },
      [
        'spec.rules[0].http.paths[0].pathType: Unsupported value: "": supported values: "Exact", "ImplementationSpecific", "Prefix"',
      ],
    ],
    [
      'ranges of one family that are not written well',
      ServiceCIDRs,
      { spec: { cidrs: ['10.0.0.1/24', '10.1.0.0/24'] } },
      [
        'spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length',
        'spec.cidrs: Invalid value: ["10.0.0.1/24","10.1.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ],
    ],
    [
      'a block with host bits, and what is not of it',
      NetworkPolicies,
      { spec: { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.1/8', except: ['11.0.0.1/16'] } }] }] } },
      [
        'spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.1/16": must not have bits set beyond the prefix length',
        'spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.1/16": must be a strict subset of `cidr`',
      ],
    ],
    [
      'ports and addresses of one slice, ports first, whose numbers are not looked at',
      EndpointSlices,
      {
        addressType: 'IPv6',
        ports: [{ name: 'A', port: 99_999, protocol: 'TCP' }],
        endpoints: [{ addresses: ['0.0.0.0', '00::1'] }],
      },
      [
        `ports[0].name: Invalid value: "A": ${isDNS1123Label('A').join()}`,
        'endpoints[0].addresses: Invalid value: "0.0.0.0": must be an IPv6 address',
        'endpoints[0].addresses[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
        'endpoints[0].addresses[1]: Invalid value: "00::1": must be in canonical form ("::1")',
      ],
    ],
    [
      'rules about nothing, after those they are for',
      FlowSchemas,
      {
        spec: {
          matchingPrecedence: 9,
          priorityLevelConfiguration: { name: 'a' },
          rules: [{ subjects: [{ kind: 'User', user: { name: '' } }] }],
        },
      },
      [
        'spec.rules[0].subjects[0].user.name: Required value',
        'spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty',
      ],
    ],
    ['a holder that is preferred and nobody', Leases, { spec: { preferredHolder: '' } }, []],
  ])('%s', (_, definition, object, expected) => {
    expect(createErrors(definition, { metadata, ...object })).toEqual(expected);
  });
});

describe('what is changed', () => {
  test.each<[string, AnyResourceDefinition, object, object, string[]]>([
    [
      'a range into what is none',
      ServiceCIDRs,
      { spec: { cidrs: ['10.0.0.0/24'] } },
      { spec: { cidrs: ['x'] } },
      ['spec.cidrs[0]: Invalid value: "x": field is immutable'],
    ],
    [
      'a range that gets another of its family',
      ServiceCIDRs,
      { spec: { cidrs: ['10.0.0.0/24'] } },
      { spec: { cidrs: ['10.1.0.0/24', '10.2.0.0/24'] } },
      [
        'spec.cidrs[0]: Invalid value: "10.1.0.0/24": field is immutable',
        'spec.cidrs: Invalid value: ["10.1.0.0/24","10.2.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
      ],
    ],
    [
      'parameters into none',
      VolumeAttributesClasses,
      { driverName: 'a', parameters: { a: 'b' } },
      { driverName: 'a' },
      [
        'parameters: Forbidden: updates to parameters are forbidden.',
        'parameters: Required value: must contain at least one key/value pair',
      ],
    ],
    [
      'a volume that is attached',
      VolumeAttachments,
      { spec: { attacher: 'a', nodeName: 'n', source: { persistentVolumeName: 'v' } } },
      {
        spec: {
          attacher: 'a',
          nodeName: 'n',
          source: {
            inlineVolumeSpec: {
              accessModes: ['ReadWriteOnce'],
              csi: { driver: 'd', volumeHandle: 'h' },
            },
          },
        },
      },
      [
        'spec: Invalid value: {"Attacher":"a","Source":{"PersistentVolumeName":null,"InlineVolumeSpec":{"Capacity":null,"GCEPersistentDisk":null,"AWSElasticBlockStore":null,"HostPath":null,"Glusterfs":null,"NFS":null,"RBD":null,"Quobyte":null,"ISCSI":null,"FlexVolume":null,"Cinder":null,"CephFS":null,"FC":null,"Flocker":null,"AzureFile":null,"VsphereVolume":null,"AzureDisk":null,"PhotonPersistentDisk":null,"PortworxVolume":null,"ScaleIO":null,"Local":null,"StorageOS":null,"CSI":{"Driver":"d","VolumeHandle":"h","ReadOnly":false,"FSType":"","VolumeAttributes":null,"ControllerPublishSecretRef":null,"NodeStageSecretRef":null,"NodePublishSecretRef":null,"ControllerExpandSecretRef":null,"NodeExpandSecretRef":null},"AccessModes":["ReadWriteOnce"],"ClaimRef":null,"PersistentVolumeReclaimPolicy":"","StorageClassName":"","MountOptions":null,"VolumeMode":null,"NodeAffinity":null,"VolumeAttributesClassName":null}},"NodeName":"n"}: field is immutable',
      ],
    ],
  ])('%s', (_, definition, before, after, expected) => {
    expect(updateErrors(definition, { metadata, ...before }, { metadata, ...after })).toEqual(expected);
  });
});

describe('what is said', () => {
  const started = '2026-01-01T00:00:00Z';
  const job = { spec: { template: { spec: { restartPolicy: 'Never', containers: [] } } } };
  const resources = { requests: { 'example.com/gpu': '1' }, claims: [{ name: 'c', request: 'r' }] };
  const containers = [{ name: 'c', image: 'i', resources }];
  const pod = { spec: { containers, resourceClaims: [{ name: 'c', resourceClaimName: 'x' }] } };
  const of = (allocatedResourcesStatus: object[]) => ({ containerStatuses: [{ name: 'c', allocatedResourcesStatus }] });
  const mapping = { containerName: 'c', resourceName: 'example.com/gpu', requestName: 'r' };
  const NO_REQUEST = 'must match the extended resource name of an entry in spec.initContainers.resources.requests';
  test.each<[string, AnyResourceDefinition, object, object, object, unknown[]]>([
    [
      'of a node that tells nonsense of its swap, at which nobody looks',
      Nodes,
      {},
      {},
      { nodeInfo: { swap: { capacity: -1 } } },
      [],
    ],
    [
      'of a Job that began at another time',
      Jobs,
      job,
      { startTime: started },
      { startTime: '2026-01-02T00:00:00Z' },
      ['status.startTime: Invalid value: "2026-01-02T00:00:00Z": field is immutable for unsuspended job once set'],
    ],
    [
      'of a Job that goes on',
      Jobs,
      job,
      { startTime: started, conditions: [{ type: 'Suspended', status: 'True' }] },
      { startTime: '2026-01-02T00:00:00Z', conditions: [{ type: 'Suspended', status: 'False' }] },
      [],
    ],
    [
      'of a Job that never began',
      Jobs,
      job,
      { startTime: started },
      {},
      ['status.startTime: Invalid value: null: field is immutable for unsuspended job once set'],
    ],
    [
      'of a claim',
      Pods,
      pod,
      {},
      { resourceClaimStatuses: [{ name: 'c', resourceClaimName: 'A' }] },
      [expect.stringContaining('status.resourceClaimStatuses[0].resourceClaimName: Invalid value: "A": ')],
    ],
    [
      'of devices that nobody asks for',
      Pods,
      pod,
      {},
      of([
        { name: 'claim:c', resources: [{ resourceID: 'a', health: 'Healthy', message: '' }] },
        { name: 'cpu', resources: [{ resourceID: 'a', health: 'Healthy', message: 'x'.repeat(1025) }] },
        { name: 'claim:c/r', resources: [{ resourceID: 'a', health: 'Healthy', message: 'x' }] },
      ]),
      [
        "status.containerStatuses[0].allocatedResourcesStatus[0].name: Invalid value: \"claim:c\": must match one of the container's resource claims in a format 'claim:<claimName>/<request>' or 'claim:<claimName>' if request is empty",
        'status.containerStatuses[0].allocatedResourcesStatus[0].resources[0].message: Required value: must be non-empty if specified',
        'status.containerStatuses[0].allocatedResourcesStatus[1].name: Invalid value: "cpu": must match one of the container\'s resource requests',
        'status.containerStatuses[0].allocatedResourcesStatus[1].resources[0].message: Too long: may not be more than 1024 bytes',
      ],
    ],
    [
      'of a claim for extended resources that is of no use',
      Pods,
      pod,
      {},
      { extendedResourceClaimStatus: { requestMappings: [], resourceClaimName: '' } },
      [
        'status.extendedResourceClaimStatus.requestMappings: Required value: at least one request mapping is required',
        'status.extendedResourceClaimStatus.resourceClaimName: Required value',
      ],
    ],
    [
      'of a claim for extended resources that nobody asks for',
      Pods,
      pod,
      {},
      {
        extendedResourceClaimStatus: {
          requestMappings: [mapping, mapping, { ...mapping, containerName: 'd' }, { ...mapping, resourceName: 'cpu' }],
          resourceClaimName: 'x',
        },
      },
      [
        'status.extendedResourceClaimStatus.requestMappings[1].containerName: Duplicate value: "c"',
        'status.extendedResourceClaimStatus.requestMappings[1].resourceName: Duplicate value: "example.com/gpu"',
        'status.extendedResourceClaimStatus.requestMappings[1].requestName: Duplicate value: "r"',
        'status.extendedResourceClaimStatus.requestMappings[2].containerName: Invalid value: "d": must match the name of an entry in spec.initContainers.name or spec.containers.name',
        expect.stringContaining(
          `status.extendedResourceClaimStatus.requestMappings[3].resourceName: Invalid value: "cpu": ${NO_REQUEST}`,
        ),
      ],
    ],
  ])('%s', (_, definition, object, before, after, expected) => {
    const whole = (status: object) => ({ metadata, ...object, status });
    expect(statusErrors(definition, whole(before), whole(after))).toEqual(expected);
  });
});
