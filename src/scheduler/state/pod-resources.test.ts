import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import { podRequests } from './pod-resources.ts';

const wants = (cpu: string, more: object = {}) => ({
  name: 'c',
  image: 'x',
  resources: { requests: { cpu } },
  ...more,
});
const has = (cpu: string | undefined, more: object = {}) => ({
  name: 'c',
  resources: cpu === undefined ? {} : { requests: { cpu } },
  ...more,
});
const pending = (reason: string) => [{ type: 'PodResizePending', status: 'True', reason }];
const sidecar = { name: 's', restartPolicy: 'Always' };

/** In thousandths of a core. */
test.each<[string, object, object, number]>([
  ['what it asks for', { containers: [wants('1')] }, {}, 1000],
  ['what it has while it shrinks', { containers: [wants('1')] }, { containerStatuses: [has('2')] }, 2000],
  ['what it shall have while it grows', { containers: [wants('3')] }, { containerStatuses: [has('2')] }, 3000],
  [
    'what was given to it',
    { containers: [wants('1')] },
    { containerStatuses: [has('1', { allocatedResources: { cpu: '2' } })] },
    2000,
  ],
  [
    'what it has when it can never grow',
    { containers: [wants('3')] },
    { containerStatuses: [has('2')], conditions: pending('Infeasible') },
    2000,
  ],
  [
    'what it shall have when it can grow later',
    { containers: [wants('3')] },
    { containerStatuses: [has('2')], conditions: pending('Deferred') },
    3000,
  ],
  [
    'what it asks for while nothing is told of what it has',
    { containers: [wants('3')] },
    { containerStatuses: [{ name: 'c' }], conditions: pending('Infeasible') },
    3000,
  ],
  [
    'what a sidecar has',
    { containers: [wants('1')], initContainers: [wants('1', sidecar)] },
    { initContainerStatuses: [has('2', { name: 's' })] },
    3000,
  ],
  [
    'nothing that an init container has',
    { containers: [wants('1')], initContainers: [wants('1', { name: 's' })] },
    { initContainerStatuses: [has('2', { name: 's' })] },
    1000,
  ],
  [
    'what is asked for the pod',
    { containers: [wants('1')], resources: { requests: { cpu: '2' } } },
    { containerStatuses: [has('5')] },
    2000,
  ],
  [
    'what the pod has',
    { containers: [wants('1')], resources: { requests: { cpu: '2' } } },
    { resources: { requests: { cpu: '3' } }, allocatedResources: { cpu: '4' } },
    4000,
  ],
  [
    'what the pod has when it can never grow',
    { containers: [wants('1')], resources: { requests: { cpu: '9' } }, overhead: { cpu: '1' } },
    { resources: { requests: { cpu: '3' } }, conditions: pending('Infeasible') },
    4000,
  ],
])('a pod takes %s', (_, spec, status, cpu) => {
  expect(podRequests({ spec, status } as Pod).get('cpu')).toBe(cpu);
});
