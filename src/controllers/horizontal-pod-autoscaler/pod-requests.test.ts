import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import { podRequests } from './pod-requests.ts';

const container = (name: string, cpu?: string, more: object = {}) => ({
  name,
  image: 'x',
  ...(cpu ? { resources: { requests: { cpu } } } : {}),
  ...more,
});
const sidecar = container('side', '50m', { restartPolicy: 'Always' });
const podOf = (spec: object): Pod => ({ metadata: { name: 'web' }, spec }) as Pod;
const two = { containers: [container('a', '100m'), container('b', '200m')] };

test.each<[string, object, string | undefined, number | string]>([
  [
    'all containers that run as long as the pod',
    { ...two, initContainers: [container('i', '1'), sidecar] },
    undefined,
    350,
  ],
  ['one container', two, 'b', 200],
  ['a sidecar', { ...two, initContainers: [sidecar] }, 'side', 50],
  ['one that is not there', two, 'c', 'container c not found in Pod web'],
  ['one that does not say', { containers: [container('a')] }, 'a', 'missing request for cpu in container a of Pod web'],
  ['what the pod says', { ...two, resources: { requests: { cpu: '1' } } }, undefined, 1000],
  ['one container of a pod that says', { ...two, resources: { requests: { cpu: '1' } } }, 'a', 100],
  [
    'what running it takes',
    { ...two, resources: { requests: { cpu: '1' } }, overhead: { cpu: '10m' } },
    undefined,
    1010,
  ],
  [
    'that of the containers, where the pod speaks of another',
    { ...two, resources: { requests: { memory: '1' } } },
    undefined,
    300,
  ],
  [
    'a pod that says nothing of it',
    { containers: [container('a')], resources: { requests: { memory: '1' } } },
    undefined,
    'missing pod-level request for cpu in Pod web',
  ],
])('what is requested: %s', (_, spec, name, want) => {
  const request = () => podRequests([podOf(spec)], 'cpu', name).get('web');
  if (typeof want === 'string') expect(request).toThrow(want);
  else expect(request()).toBe(want);
});
