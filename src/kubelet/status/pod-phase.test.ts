import { expect, test } from 'vitest';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import type { ContainerState, ContainerStatus } from '#api/core/v1/pod-status.ts';
import { container, podOf } from '../testing/fixtures.ts';
import { podPhase } from './pod-phase.ts';

const status = (name: string, state: ContainerState, more: Partial<ContainerStatus> = {}): ContainerStatus => ({
  name,
  state,
  ready: false,
  restartCount: 0,
  image: '',
  imageID: '',
  ...more,
});
const running = { running: {} };
const waiting = { waiting: { reason: 'ContainerCreating' } };
const ended = (exitCode: number) => ({ terminated: { exitCode } });
const sidecar = [container('s', { restartPolicy: 'Always' })];
const crashed = { lastState: ended(1) };

test.each<[string, Partial<PodSpec>, ContainerStatus[], ContainerStatus[], boolean, string]>([
  ['waits', {}, [], [status('c', waiting)], false, 'Pending'],
  ['runs', {}, [], [status('c', running)], false, 'Running'],
  ['runs while it is put off', {}, [], [status('c', waiting, crashed)], false, 'Running'],
  ['runs between restarts', {}, [], [status('c', ended(0))], false, 'Running'],
  ['ends well', { restartPolicy: 'Never' }, [], [status('c', ended(0))], false, 'Succeeded'],
  ['ends badly', { restartPolicy: 'Never' }, [], [status('c', ended(2))], false, 'Failed'],
  ['is tried again', { restartPolicy: 'OnFailure' }, [], [status('c', ended(2))], false, 'Running'],
  ['was stopped', {}, [], [status('c', ended(143))], true, 'Failed'],
  ['was stopped and said it was well', {}, [], [status('c', ended(0))], true, 'Succeeded'],
  ['was stopped before it ran', {}, [], [status('c', waiting)], true, 'Failed'],
  ['prepares', { initContainers: [container('i')] }, [status('i', running)], [status('c', waiting)], false, 'Pending'],
  [
    'prepares again',
    { initContainers: [container('i')] },
    [status('i', waiting, crashed)],
    [status('c', waiting)],
    false,
    'Pending',
  ],
  [
    'failed to prepare',
    { restartPolicy: 'Never', initContainers: [container('i')] },
    [status('i', ended(1))],
    [status('c', waiting)],
    false,
    'Failed',
  ],
  [
    'has a sidecar',
    { initContainers: sidecar },
    [status('s', running, { started: true })],
    [status('c', running)],
    false,
    'Running',
  ],
  [
    'has a sidecar left',
    { restartPolicy: 'Never', initContainers: sidecar },
    [status('s', running, { started: true })],
    [status('c', ended(0))],
    false,
    'Running',
  ],
  [
    'had a sidecar',
    { restartPolicy: 'Never', initContainers: sidecar },
    [status('s', ended(143))],
    [status('c', ended(0))],
    false,
    'Succeeded',
  ],
  [
    'starts its sidecar',
    { initContainers: sidecar },
    [status('s', running, { started: false })],
    [status('c', waiting)],
    false,
    'Pending',
  ],
])('a pod that %s', (_, spec, init, app, isTerminal, expected) => {
  expect(podPhase(podOf(spec), { init, app, isTerminal })).toBe(expected);
});
