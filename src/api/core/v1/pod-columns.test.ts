import { expect, test } from 'vitest';
import type { Pod } from './pod.ts';
import { podColumns } from './pod-columns.ts';
import { podRowConditions } from './pod-display.ts';
import type { ContainerStatus, PodStatus } from './pod-status.ts';

const NOW = Date.parse('2026-01-01T01:00:00Z');

const container = (state: ContainerStatus['state'], more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name: 'c',
  ready: false,
  restartCount: 0,
  image: 'x',
  imageID: '',
  ...(state ? { state } : {}),
  ...more,
});
const running = (more: Partial<ContainerStatus> = {}) =>
  container({ running: { startedAt: '2026-01-01T00:00:00Z' } }, { ready: true, ...more });
const waiting = (reason: string, more: Partial<ContainerStatus> = {}) => container({ waiting: { reason } }, more);
const ended = (exitCode: number, reason?: string) =>
  container({ terminated: { exitCode, ...(reason ? { reason } : {}) } });

function cells(status: PodStatus, more: Partial<NonNullable<Pod['spec']>> = {}, metadata: Pod['metadata'] = {}) {
  const pod: Pod = {
    metadata: { name: 'p', creationTimestamp: '2026-01-01T00:55:00Z', ...metadata },
    spec: { containers: [{ name: 'c' }], ...more },
    status,
  };
  return podColumns.filter(({ priority }) => priority === 0).map(({ cell }) => cell(pod, NOW));
}

const SIDECAR = { name: 's', restartPolicy: 'Always' };

test.each<[string, PodStatus, Parameters<typeof cells>[1], (string | number)[]]>([
  ['a new pod', { phase: 'Pending' }, {}, ['0/1', 'Pending', '0']],
  [
    'a gated pod',
    { phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] },
    {},
    ['0/1', 'SchedulingGated', '0'],
  ],
  [
    'a pod whose image cannot be had',
    { phase: 'Pending', containerStatuses: [waiting('ImagePullBackOff')] },
    {},
    ['0/1', 'ImagePullBackOff', '0'],
  ],
  ['a running pod', { phase: 'Running', containerStatuses: [running()] }, {}, ['1/1', 'Running', '0']],
  [
    'a pod that crashes',
    {
      phase: 'Running',
      containerStatuses: [
        waiting('CrashLoopBackOff', {
          restartCount: 3,
          lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:57:00Z' } },
        }),
      ],
    },
    {},
    ['0/1', 'CrashLoopBackOff', '3 (3m ago)'],
  ],
  ['a finished pod', { phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')] }, {}, ['0/1', 'Completed', '0']],
  ['a failed pod without a reason', { phase: 'Failed', containerStatuses: [ended(3)] }, {}, ['0/1', 'ExitCode:3', '0']],
  ['an evicted pod', { phase: 'Failed', reason: 'Evicted' }, {}, ['0/1', 'Evicted', '0']],
  [
    'a pod that initializes',
    { phase: 'Pending', initContainerStatuses: [running()], containerStatuses: [waiting('PodInitializing')] },
    { initContainers: [{ name: 'c' }, { name: 'd' }] },
    ['0/1', 'Init:0/2', '0'],
  ],
  [
    'a pod whose init container fails',
    { phase: 'Pending', initContainerStatuses: [ended(1, 'Error')] },
    { initContainers: [{ name: 'c' }] },
    ['0/1', 'Init:Error', '0'],
  ],
  [
    'a pod with a sidecar',
    {
      phase: 'Running',
      initContainerStatuses: [running({ name: 's', started: true, restartCount: 1 })],
      containerStatuses: [running({ restartCount: 1 })],
    },
    { initContainers: [SIDECAR] },
    ['2/2', 'Running', '2'],
  ],
  [
    'a pod whose sidecar crashes while it runs',
    {
      phase: 'Running',
      conditions: [{ type: 'Initialized', status: 'True' }],
      initContainerStatuses: [waiting('CrashLoopBackOff', { name: 's', restartCount: 2 })],
      containerStatuses: [running()],
    },
    { initContainers: [SIDECAR] },
    ['1/2', 'Init:CrashLoopBackOff', '2'],
  ],
  [
    'a pod that is done in part',
    {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: 'False' }],
      containerStatuses: [ended(0, 'Completed'), running()],
    },
    { containers: [{ name: 'c' }, { name: 'd' }] },
    ['1/2', 'NotReady', '0'],
  ],
])('%s prints as expected', (_, status, spec, expected) => {
  expect(cells(status, spec)).toEqual(['p', ...expected, '5m']);
});

test('a pod on its way out is terminating until it has ended', () => {
  const metadata = { deletionTimestamp: '2026-01-01T00:59:00Z' };
  expect(cells({ phase: 'Running', containerStatuses: [running()] }, {}, metadata)[2]).toBe('Terminating');
  expect(cells({ phase: 'Succeeded', containerStatuses: [ended(0, 'Completed')] }, {}, metadata)[2]).toBe('Completed');
  expect(cells({ phase: 'Running', reason: 'NodeLost' }, {}, metadata)[2]).toBe('Unknown');
});

test('a pod that is done is marked so in its row', () => {
  const message = 'The pod has completed successfully.';
  expect(podRowConditions({ status: { phase: 'Succeeded' } })).toEqual([
    { type: 'Completed', status: 'True', reason: 'Succeeded', message },
  ]);
  expect(podRowConditions({ status: { phase: 'Running' } })).toEqual([]);
});
