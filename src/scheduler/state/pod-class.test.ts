import { expect, test } from 'vitest';
import type { Pod } from '#api/core/v1/pod.ts';
import { shareJson } from '#machinery/objects/shared-json.ts';
import { PodClasses } from './pod-class.ts';
import { ResourceTable } from './resource-table.ts';

const requests = { cpu: '100m' };
const spec = { containers: [{ name: 'main', image: 'web:1', resources: { requests } }] };
const owner = (name: string) => [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: name, controller: true }];
const pod = (name: string, more: Pod['metadata'] = {}): Pod => ({
  metadata: { name, namespace: 'default', labels: { app: 'web' }, ownerReferences: owner('web'), ...more },
  spec,
});
const sized = (cpu: string): Pod['status'] => ({
  containerStatuses: [
    { name: 'main', image: 'web:1', imageID: '', ready: true, restartCount: 0, resources: { requests: { cpu } } },
  ],
});

const CASES: [string, Pod, boolean][] = [
  ['one just like it', pod('b'), true],
  ['another namespace', pod('b', { namespace: 'other' }), false],
  ['other labels', pod('b', { labels: { app: 'db' } }), false],
  ['another owner', pod('b', { ownerReferences: owner('db') }), false],
  ['one that is being deleted', pod('b', { deletionTimestamp: '2026-01-01T00:00:00Z' }), false],
  ['one that has what it asks for', { ...pod('b'), status: sized('100m') }, true],
  ['one that still has more', { ...pod('b'), status: sized('200m') }, false],
  [
    'one whose sidecar has something',
    { ...pod('b'), status: { initContainerStatuses: sized('100m')?.containerStatuses } as Pod['status'] },
    true,
  ],
];

test.each(CASES)('%s', (_, other, isAlike) => {
  for (const share of [false, true]) {
    const ofSpec = (one: Pod): Pod => (share ? { ...one, spec: shareJson(JSON.stringify(spec)) as Pod['spec'] } : one);
    const classes = new PodClasses(new ResourceTable());
    const first = classes.of(ofSpec(pod('a')));
    expect(classes.of(ofSpec(other)) === first).toBe(isAlike);
    expect(classes.of(ofSpec(pod('c')))).toBe(first);
  }
});

test('pods of equal size are told apart by what is guessed for those that do not say', () => {
  const containers = [
    { name: 'a', image: 'x', resources: { requests: { cpu: '1' } } },
    { name: 'b', image: 'x' },
  ];
  const classes = new PodClasses(new ResourceTable());
  const cpuOf = (more: object) => classes.of({ ...pod('p'), spec: { containers, ...more } as Pod['spec'] }).nonZeroCpu;
  expect(cpuOf({})).toBe(1100);
  expect(cpuOf({ resources: { requests: { cpu: '1' } } })).toBe(1000);
  expect(cpuOf({ overhead: { cpu: '1' } })).toBe(2100);
  expect(cpuOf({ resources: { requests: { cpu: '2' } } })).toBe(2000);
});
