import { expect, test } from 'vitest';
import { NOW } from '#api/testing/defaulted.ts';
import { decodeValue } from '#machinery/codec/json.ts';
import { applyDefaults } from '#machinery/defaults/apply-defaults.ts';
import type { Mutable } from '#machinery/schema/schema.ts';
import { defaultPullPolicy } from './image-tag.ts';
import { type Pod, Pods } from './pod.ts';
import { podStrategy } from './pod-strategy.ts';

function defaulted(spec: unknown): Mutable<Pod> {
  const pod = decodeValue({ metadata: { name: 'a', namespace: 'b' }, spec }, Pods.schema).object as Mutable<Pod>;
  applyDefaults(Pods.schema, pod);
  Pods.strategy.applyDefaults?.(pod);
  return pod;
}

test('the smallest pod is filled as clients expect it', () => {
  expect(defaulted({ containers: [{ name: 'c', image: 'nginx' }] }).spec).toEqual({
    containers: [
      {
        name: 'c',
        image: 'nginx',
        imagePullPolicy: 'Always',
        resources: {},
        terminationMessagePath: '/dev/termination-log',
        terminationMessagePolicy: 'File',
      },
    ],
    dnsPolicy: 'ClusterFirst',
    restartPolicy: 'Always',
    securityContext: {},
    terminationGracePeriodSeconds: 30,
    schedulerName: 'default-scheduler',
    enableServiceLinks: true,
  });
});

test('probes, ports, variables, volumes and limits are filled', () => {
  const pod = defaulted({
    hostNetwork: true,
    serviceAccount: 'robot',
    containers: [
      {
        name: 'c',
        image: 'nginx:1',
        ports: [{ containerPort: 80 }],
        env: [
          { name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
          { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
        ],
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } },
        readinessProbe: { httpGet: { port: 80 } },
        lifecycle: { preStop: { httpGet: { port: 80 } } },
      },
    ],
    volumes: [
      { name: 'none' },
      { name: 'host', hostPath: { path: '/x' } },
      { name: 'secret', secret: { secretName: 's' } },
      { name: 'projected', projected: { sources: [{ serviceAccountToken: { path: 'token' } }] } },
    ],
  });
  const container = pod.spec?.containers[0];
  expect(pod.spec?.serviceAccountName).toBe('robot');
  expect(container?.ports).toEqual([{ containerPort: 80, hostPort: 80, protocol: 'TCP' }]);
  expect(container?.env).toEqual([
    { name: 'A', valueFrom: { fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.name' } } },
    { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu', divisor: '0' } } },
  ]);
  expect(container?.resources).toEqual({
    limits: { cpu: '1', memory: '1Gi' },
    requests: { cpu: '500m', memory: '1Gi' },
  });
  expect(container?.readinessProbe).toEqual({
    httpGet: { port: 80, path: '/', scheme: 'HTTP' },
    timeoutSeconds: 1,
    periodSeconds: 10,
    successThreshold: 1,
    failureThreshold: 3,
  });
  expect(container?.lifecycle).toEqual({ preStop: { httpGet: { port: 80, path: '/', scheme: 'HTTP' } } });
  expect(pod.spec?.volumes).toEqual([
    { name: 'none', emptyDir: {} },
    { name: 'host', hostPath: { path: '/x', type: '' } },
    { name: 'secret', secret: { secretName: 's', defaultMode: 420 } },
    {
      name: 'projected',
      projected: { defaultMode: 420, sources: [{ serviceAccountToken: { path: 'token', expirationSeconds: 3600 } }] },
    },
  ]);
});

test('limits of the pod as a whole become requests', () => {
  const pod = defaulted({
    resources: { limits: { cpu: '2', memory: '2Gi' } },
    initContainers: [{ name: 'i', image: 'x', resources: { requests: { cpu: '700m' } } }],
    containers: [{ name: 'c', image: 'x', resources: { requests: { cpu: '500m' } } }],
  });
  expect(pod.spec?.resources).toEqual({
    limits: { cpu: '2', memory: '2Gi' },
    requests: { cpu: '700m', memory: '2Gi' },
  });
});

test.each([
  ['nginx', 'Always'],
  ['nginx:latest', 'Always'],
  ['nginx:1.2', 'IfNotPresent'],
  ['registry:5000/nginx', 'Always'],
  ['nginx@sha256:0123', 'IfNotPresent'],
  ['nginx:latest@sha256:0123456789abcdef0123456789abcdef', 'Always'],
])('%s is pulled %s', (image, policy) => {
  expect(defaultPullPolicy(image)).toBe(policy);
});

const resources = (requests: Record<string, string>, limits: Record<string, string>) => ({ requests, limits });

test.each([
  ['BestEffort', [{}]],
  ['Burstable', [resources({ cpu: '1' }, {})]],
  ['Burstable', [resources({ cpu: '1', memory: '1' }, { cpu: '1', memory: '1' }), {}]],
  ['Guaranteed', [resources({ cpu: '1', memory: '1Gi' }, { cpu: '1000m', memory: '1Gi' })]],
  ['BestEffort', [resources({ 'example.com/gpu': '1' }, { 'example.com/gpu': '1' })]],
])('a new pod is pending and %s', (qosClass, all) => {
  const pod = defaulted({
    containers: all.map((each, index) => ({ name: `c${index}`, image: 'x', resources: each })),
  });
  podStrategy.prepareForCreate?.(pod, NOW);
  expect(pod.status).toEqual({ phase: 'Pending', qosClass });
});

test.each([
  ['an unscheduled pod', {}, {}, 5, 0],
  ['a finished pod', { nodeName: 'n' }, { phase: 'Succeeded' }, 5, 0],
  ['a running pod by its own period', { nodeName: 'n', terminationGracePeriodSeconds: 7 }, {}, undefined, 7],
  ['a running pod as asked', { nodeName: 'n', terminationGracePeriodSeconds: 7 }, {}, 5, 5],
  ['a running pod at once', { nodeName: 'n' }, {}, 0, 0],
])('%s goes', (_, spec, status, requested, expected) => {
  expect(podStrategy.gracePeriod?.({ spec: { containers: [], ...spec }, status }, requested)).toBe(expected);
});
