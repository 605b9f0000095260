import { expect, test } from 'vitest';
import { ValidatingAdmissionPolicyBindings } from '#api/admissionregistration/v1/validating-admission-policy-binding.ts';
import { Deployments } from '#api/apps/v1/deployment.ts';
import { HorizontalPodAutoscalersV1 } from '#api/autoscaling/v1/horizontal-pod-autoscaler.ts';
import { Jobs } from '#api/batch/v1/job.ts';
import { CertificateSigningRequests } from '#api/certificates/v1/certificate-signing-request.ts';
import { EndpointsResource } from '#api/core/v1/endpoints.ts';
import { Nodes } from '#api/core/v1/node.ts';
import { PersistentVolumes } from '#api/core/v1/persistent-volume.ts';
import { ResourceQuotas } from '#api/core/v1/resource-quota.ts';
import { Services } from '#api/core/v1/service.ts';
import { ServiceAccounts } from '#api/core/v1/service-account.ts';
import { EndpointSlices } from '#api/discovery/v1/endpoint-slice.ts';
import { EventsV1 } from '#api/events/v1/event.ts';
import { PriorityLevelConfigurations } from '#api/flowcontrol/v1/priority-level-configuration.ts';
import { Ingresses } from '#api/networking/v1/ingress.ts';
import { IPAddresses } from '#api/networking/v1/ip-address.ts';
import type { AnyResourceDefinition } from '#api/resource-definition.ts';
import { StorageClasses } from '#api/storage/v1/storage-class.ts';
import { defaulted } from '#api/testing/defaulted.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');
const metadata = { name: 'a', namespace: 'b', creationTimestamp: '2026-01-01T00:50:00Z' };

/** One row as `kubectl get` prints it: the head and what stands under it. */
function row(definition: AnyResourceDefinition, object: object): Record<string, unknown> {
  const made = defaulted(definition, { metadata, ...object });
  const columns = (definition.columns ?? []).filter(({ priority }) => priority === 0);
  return Object.fromEntries(columns.map(({ name, cell }) => [name, cell(made, NOW)]));
}

const AGE = { Name: 'a', Age: '10m' };

test.each<[string, AnyResourceDefinition, object, object]>([
  [
    'service',
    Services,
    { spec: { type: 'NodePort', clusterIP: '10.0.0.1', ports: [{ port: 80, nodePort: 30000 }] } },
    { ...AGE, Type: 'NodePort', 'Cluster-IP': '10.0.0.1', 'External-IP': '<none>', 'Port(s)': '80:30000/TCP' },
  ],
  [
    'balanced service without an address',
    Services,
    { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } },
    { ...AGE, Type: 'LoadBalancer', 'Cluster-IP': '<none>', 'External-IP': '<pending>', 'Port(s)': '80/TCP' },
  ],
  [
    'deployment',
    Deployments,
    { spec: { replicas: 3 }, status: { readyReplicas: 1, updatedReplicas: 2, availableReplicas: 1 } },
    { ...AGE, Ready: '1/3', 'Up-to-date': 2, Available: 1 },
  ],
  [
    'job',
    Jobs,
    {
      spec: { completions: 2 },
      status: { succeeded: 1, startTime: '2026-01-01T00:50:00Z', completionTime: '2026-01-01T00:50:30Z' },
    },
    { ...AGE, Status: 'Running', Completions: '1/2', Duration: '30s' },
  ],
  [
    'node that takes no more',
    Nodes,
    {
      metadata: { ...metadata, labels: { 'node-role.kubernetes.io/worker': '' } },
      spec: { unschedulable: true },
      status: { conditions: [{ type: 'Ready', status: 'True' }], nodeInfo: { kubeletVersion: 'v1.36.0' } },
    },
    { ...AGE, Status: 'Ready,SchedulingDisabled', Roles: 'worker', Version: 'v1.36.0' },
  ],
  [
    'volume',
    PersistentVolumes,
    {
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteMany', 'ReadWriteOnce'],
        claimRef: { namespace: 'b', name: 'c' },
      },
      status: { phase: 'Bound' },
    },
    {
      ...AGE,
      Capacity: '1Gi',
      'Access Modes': 'RWO,RWX',
      'Reclaim Policy': 'Retain',
      Status: 'Bound',
      Claim: 'b/c',
      StorageClass: '',
      VolumeAttributesClass: '<unset>',
      Reason: '',
    },
  ],
  [
    'quota',
    ResourceQuotas,
    { status: { hard: { pods: '5', 'limits.cpu': '2' }, used: { pods: '1' } } },
    { ...AGE, Request: 'pods: 1/5', Limit: 'limits.cpu: 0/2' },
  ],
  [
    'endpoints',
    EndpointsResource,
    {
      subsets: [{ addresses: ['1', '2', '3', '4'].map((last) => ({ ip: `10.0.0.${last}` })), ports: [{ port: 80 }] }],
    },
    { ...AGE, Endpoints: '10.0.0.1:80,10.0.0.2:80,10.0.0.3:80 + 1 more...' },
  ],
  [
    'ingress',
    Ingresses,
    { spec: { tls: [{}], rules: [{ host: 'example.com' }] } },
    { ...AGE, Class: '<none>', Hosts: 'example.com', Address: '', Ports: '80, 443' },
  ],
  [
    'default storage class',
    StorageClasses,
    {
      metadata: { ...metadata, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
      provisioner: 'example.com/disk',
    },
    {
      ...AGE,
      Name: 'a (default)',
      Provisioner: 'example.com/disk',
      ReclaimPolicy: 'Delete',
      VolumeBindingMode: 'Immediate',
      AllowVolumeExpansion: false,
    },
  ],
  [
    'signed request',
    CertificateSigningRequests,
    {
      spec: { request: '', signerName: 'example.com/s', username: 'u', expirationSeconds: 3600 },
      status: { conditions: [{ type: 'Approved', status: 'True' }], certificate: 'eA==' },
    },
    {
      ...AGE,
      SignerName: 'example.com/s',
      Requestor: 'u',
      RequestedDuration: '60m',
      Condition: 'Approved,Issued',
    },
  ],
  [
    'autoscaler of v1, as the one it is stored as',
    HorizontalPodAutoscalersV1,
    {
      spec: { scaleTargetRef: { kind: 'Deployment', name: 'd' }, maxReplicas: 3, targetCPUUtilizationPercentage: 50 },
      status: { currentReplicas: 2, desiredReplicas: 2, currentCPUUtilizationPercentage: 10 },
    },
    { ...AGE, Reference: 'Deployment/d', Targets: 'cpu: 10%/50%', MinPods: '1', MaxPods: 3, Replicas: 2 },
  ],
  [
    'event of events.k8s.io, as the one it is stored as',
    EventsV1,
    {
      regarding: { kind: 'Pod', name: 'p' },
      reason: 'Started',
      note: 'Started container c ',
      type: 'Normal',
      eventTime: '2026-01-01T00:59:00.000000Z',
    },
    { 'Last Seen': '60s', Type: 'Normal', Reason: 'Started', Object: 'pod/p', Message: 'Started container c' },
  ],
  [
    'slice of endpoints without numbers',
    EndpointSlices,
    { addressType: 'IPv4', ports: [{ name: 'web' }, { port: 80 }], endpoints: [{ addresses: [] }] },
    { ...AGE, AddressType: 'IPv4', Ports: 'web,80', Endpoints: '<unset>' },
  ],
  [
    'ingress with more rules than are shown',
    Ingresses,
    { spec: { rules: [{}, { host: 'a' }, { host: 'b' }, { host: 'c' }, {}] } },
    { ...AGE, Class: '<none>', Hosts: 'a,b,c + 2 more...', Address: '', Ports: '80' },
  ],
  [
    'level without limits',
    PriorityLevelConfigurations,
    { spec: { type: 'Exempt' } },
    {
      ...AGE,
      Type: 'Exempt',
      NominalConcurrencyShares: '<none>',
      Queues: '<none>',
      HandSize: '<none>',
      QueueLengthLimit: '<none>',
    },
  ],
  [
    'binding whose parameters are chosen by labels',
    ValidatingAdmissionPolicyBindings,
    { spec: { policyName: 'p', paramRef: { selector: { matchLabels: { c: 'd', a: 'b' } } } } },
    {
      ...AGE,
      PolicyName: 'p',
      ParamRef:
        '&LabelSelector{MatchLabels:map[string]string{a: b,c: d,},MatchExpressions:[]LabelSelectorRequirement{},}',
    },
  ],
  ['account with secrets', ServiceAccounts, { secrets: [{ name: 's' }] }, AGE],
  [
    'address of a service',
    IPAddresses,
    { spec: { parentRef: { resource: 'services', namespace: 'b', name: 's' } } },
    { Name: 'a', ParentRef: 'services/b/s' },
  ],
])('a %s prints as expected', (_, definition, object, expected) => {
  expect(row(definition, object)).toEqual(expected);
});
