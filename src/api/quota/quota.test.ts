import { describe, expect, test } from 'vitest';
import type { ScopedResourceSelectorRequirement } from '#api/core/v1/resource-quota.ts';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { readAmounts, subtractAmounts, writeAmounts } from './amounts.ts';
import { countUsage, evaluatorFor, evaluatorsFor } from './evaluators.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const usage = (resource: string, object: object) =>
  writeAmounts(evaluatorFor(resource).usage(object as KubernetesObject, NOW));

const container = (requests: object, limits: object = {}) => ({ name: 'c', resources: { requests, limits } });
const pod = (spec: object, more: object = {}) => ({
  metadata: { name: 'p' },
  spec: { containers: [], ...spec },
  ...more,
});

describe('what an object uses', () => {
  test.each<[string, string, object, object]>([
    [
      'a pod, of what it asks for',
      'pods',
      pod({
        containers: [
          container({ cpu: '1', 'ephemeral-storage': '1Gi' }, { memory: '1Gi' }),
          container({ cpu: '500m' }),
        ],
        initContainers: [container({ cpu: '2', memory: '1Gi' })],
        overhead: { cpu: '100m' },
      }),
      {
        'count/pods': '1',
        pods: '1',
        cpu: '2100m',
        'requests.cpu': '2100m',
        memory: '1Gi',
        'requests.memory': '1Gi',
        'ephemeral-storage': '1Gi',
        'requests.ephemeral-storage': '1Gi',
        'limits.memory': '1Gi',
      },
    ],
    [
      'a pod, of devices and huge pages',
      'pods',
      pod({ containers: [container({ 'example.com/gpu': '2', 'hugepages-2Mi': '4Mi' })] }),
      {
        'count/pods': '1',
        pods: '1',
        'requests.example.com/gpu': '2',
        'hugepages-2Mi': '4Mi',
        'requests.hugepages-2Mi': '4Mi',
      },
    ],
    [
      'a pod, as a whole',
      'pods',
      pod({ containers: [container({ cpu: '1' })], resources: { requests: { cpu: '3' } } }),
      { 'count/pods': '1', pods: '1', cpu: '3', 'requests.cpu': '3' },
    ],
    [
      'a pod that is being made smaller, what it still has',
      'pods',
      pod(
        { containers: [container({ cpu: '1' })] },
        { status: { containerStatuses: [{ name: 'c', resources: { requests: { cpu: '2' } } }] } },
      ),
      { 'count/pods': '1', pods: '1', cpu: '2', 'requests.cpu': '2' },
    ],
    ['a pod that has ended', 'pods', pod({}, { status: { phase: 'Failed' } }), { 'count/pods': '1' }],
    [
      'a pod that should be gone',
      'pods',
      { ...pod({}), metadata: { deletionTimestamp: '2025-12-31T23:59:00Z', deletionGracePeriodSeconds: 30 } },
      { 'count/pods': '1' },
    ],
    [
      'a load balancer without node ports',
      'services',
      {
        spec: {
          type: 'LoadBalancer',
          allocateLoadBalancerNodePorts: false,
          ports: [{ port: 1 }, { port: 2, nodePort: 3 }],
        },
      },
      { 'count/services': '1', services: '1', 'services.nodeports': '1', 'services.loadbalancers': '1' },
    ],
    [
      'a claim, of its class, too',
      'persistentvolumeclaims',
      {
        spec: { storageClassName: 'gold', resources: { requests: { storage: '1Gi' } } },
        status: { allocatedResources: { storage: '2Gi' } },
      },
      {
        persistentvolumeclaims: '1',
        'count/persistentvolumeclaims': '1',
        'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
        'requests.storage': '2Gi',
        'gold.storageclass.storage.k8s.io/requests.storage': '2Gi',
      },
    ],
    [
      'a claim for devices, the most of what it may get',
      'resourceclaims.resource.k8s.io',
      {
        spec: {
          devices: {
            requests: [
              { name: 'a', exactly: { deviceClassName: 'gpu', count: 2 } },
              {
                name: 'b',
                firstAvailable: [
                  { deviceClassName: 'gpu', count: 1 },
                  { deviceClassName: 'tpu', allocationMode: 'All' },
                ],
              },
            ],
          },
        },
      },
      {
        'count/resourceclaims.resource.k8s.io': '1',
        'gpu.deviceclass.resource.k8s.io/devices': '3',
        'tpu.deviceclass.resource.k8s.io/devices': '32',
      },
    ],
    ['a secret', 'secrets', {}, { 'count/secrets': '1', secrets: '1' }],
    ['anything else', 'widgets.example.com', {}, { 'count/widgets.example.com': '1' }],
  ])('%s', (_, resource, object, expected) => expect(usage(resource, object)).toEqual(expected));
});

describe('a pod is in the scope', () => {
  type Scope = ScopedResourceSelectorRequirement;
  const scope = (scopeName: Scope['scopeName'], operator: Scope['operator'] = 'Exists', values?: string[]): Scope => ({
    scopeName,
    operator,
    ...(values && { values }),
  });
  const affinity = (term: object) => ({
    podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'k', ...term }] },
  });
  test.each<[Scope, object, boolean]>([
    [scope('Terminating'), pod({ activeDeadlineSeconds: 1 }), true],
    [scope('Terminating'), pod({}), false],
    [scope('NotTerminating'), pod({}), true],
    [scope('BestEffort'), pod({ containers: [container({})] }), true],
    [scope('NotBestEffort'), pod({ containers: [container({ cpu: '1' })] }), true],
    [scope('PriorityClass'), pod({ priorityClassName: 'a' }), true],
    [scope('PriorityClass', 'In', ['b']), pod({ priorityClassName: 'a' }), false],
    [scope('PriorityClass', 'NotIn', ['b']), pod({ priorityClassName: 'a' }), true],
    [scope('PriorityClass', 'DoesNotExist'), pod({}), true],
    [scope('CrossNamespacePodAffinity'), pod({ affinity: affinity({ namespaces: ['x'] }) }), true],
    [scope('CrossNamespacePodAffinity'), pod({ affinity: affinity({}) }), false],
    [scope('VolumeAttributesClass'), pod({}), false],
  ])('%j', (selector, object, expected) =>
    expect(evaluatorFor('pods').inScope(selector, object as KubernetesObject)).toBe(expected),
  );
});

test('what must be said is missing where neither the pod nor its containers say it', () => {
  const object = pod({ containers: [{ name: 'b' }, { name: 'a' }, container({ cpu: '1' })] }) as KubernetesObject;
  const names = ['limits.cpu', 'requests.cpu', 'pods', 'requests.storage'];
  expect(evaluatorFor('pods').missing?.(names, object)).toBe(
    'must specify limits.cpu for: a,b,c; requests.cpu for: a,b',
  );
});

test('usage of a namespace names everything that can be counted', () => {
  const hard = { pods: '1', 'requests.example.com/gpu': '1', 'count/widgets.example.com': '1', nonsense: '1' };
  expect(evaluatorsFor(Object.keys(hard)).map(({ resource }) => resource)).toEqual(['pods', 'widgets.example.com']);
  const list = (resource: string) => (resource === 'pods' ? [pod({}), pod({})] : []);
  expect(writeAmounts(countUsage({ hard }, list as never, NOW))).toEqual({
    pods: '2',
    'requests.example.com/gpu': '0',
    'count/widgets.example.com': '0',
  });
});

test('differences do not fall below zero', () => {
  const amounts = subtractAmounts(readAmounts({ a: '1', b: '2' }), readAmounts({ a: '2', b: '500m' }));
  expect(writeAmounts(amounts)).toEqual({ a: '0', b: '1500m' });
});
