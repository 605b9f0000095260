import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import { type PodUsage, sumOf, usageOf } from './usage.ts';

const USAGES: readonly PodUsage[] = [
  { when: { labels: { app: 'busy' } }, cpu: '80%', memory: '1Gi' },
  { when: { namespaces: ['quiet'] }, cpu: '1m' },
];

test.each([
  ['half of what is requested', {}, { cpu: '1', memory: '100Mi' }, { cpu: '500m', memory: '50Mi' }],
  ['a little where nothing is requested', {}, undefined, { cpu: '10m', memory: '32Mi' }],
  ['what the first usage says', { labels: { app: 'busy' } }, { cpu: '1' }, { cpu: '800m', memory: '1Gi' }],
  ['the default for what a usage leaves open', { namespace: 'quiet' }, { memory: '8Mi' }, { cpu: '1m', memory: '4Mi' }],
  [
    'what the pod’s annotation says',
    { labels: { app: 'busy' }, annotations: { 'simulation.knarr.dev/cpu': '150%' } },
    { cpu: '200m' },
    { cpu: '300m', memory: '1Gi' },
  ],
  [
    'the default for an annotation nobody can read',
    { annotations: { 'simulation.knarr.dev/cpu': 'x' } },
    { cpu: '2' },
    { cpu: '1', memory: '32Mi' },
  ],
])('a container uses %s', (_what, metadata, requests, usage) => {
  const container = { name: 'c', image: 'x', ...(requests ? { resources: { requests } } : {}) };
  const pod = { metadata, spec: { containers: [container] } } as unknown as Pod;
  expect(usageOf(pod, container as never, USAGES)).toEqual(usage);
});

test('amounts are added up', () => {
  expect(sumOf(['250m', '1', '1500u'], 'cpu')).toBe('1252m');
  expect(sumOf(['1Gi', '512Mi'], 'memory')).toBe('1536Mi');
  expect(sumOf([], 'cpu')).toBe('0');
});
