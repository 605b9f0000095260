import { describe, expect, test } from 'vitest';
import type { PodSpec } from '#api/core/v1/pod-spec.ts';
import { container, podOf, runtimeStatus, sandbox } from '../testing/fixtures.ts';
import { type ProbeFindings, planSync } from './plan.ts';
import type { PodRuntimeState } from './runtime-state.ts';

const HEALTHY: ProbeFindings = { failed: () => undefined, started: () => true };

/** A plan in a few words: `+name` to start, `-name` to kill, `sandbox N` to make, `end` when nothing is left to do. */
function plan(spec: Partial<PodSpec>, state: Partial<PodRuntimeState>, probes = HEALTHY): string {
  const { createSandbox, attempt, kill, start, podFinished } = planSync(
    podOf(spec),
    { sandboxes: [], containers: [], ...state },
    probes,
  );
  return [
    ...(createSandbox ? [`sandbox ${attempt}`] : []),
    ...kill.map(({ status }) => `-${status.metadata.name}`),
    ...start.map((part) => `+${part.container.name}`),
    ...(podFinished ? ['end'] : []),
  ].join(' ');
}

const up = { sandboxes: [sandbox()] };
const init = { initContainers: [container('i1'), container('i2')] };
const sidecar = { initContainers: [container('side', { restartPolicy: 'Always' }), container('i2')] };
const done = { exitCode: 0 };
const failed = { exitCode: 1 };

describe('a pod without init containers', () => {
  test.each<[string, Partial<PodSpec>, Partial<PodRuntimeState>, string]>([
    ['starts', {}, {}, 'sandbox 0 +c'],
    ['starts in its sandbox', {}, up, '+c'],
    ['is left alone', {}, { ...up, containers: [runtimeStatus('c', 'RUNNING')] }, ''],
    ['restarts', {}, { ...up, containers: [runtimeStatus('c', done)] }, '+c'],
    ['restarts on failure', { restartPolicy: 'OnFailure' }, { ...up, containers: [runtimeStatus('c', failed)] }, '+c'],
    ['ends well', { restartPolicy: 'OnFailure' }, { ...up, containers: [runtimeStatus('c', done)] }, 'end'],
    ['ends badly', { restartPolicy: 'Never' }, { ...up, containers: [runtimeStatus('c', failed)] }, 'end'],
    ['starts what was made only', {}, { ...up, containers: [runtimeStatus('c', 'CREATED')] }, '+c'],
    ['gets a new image', {}, { ...up, containers: [runtimeStatus('c', 'RUNNING', { image: 'app:0' })] }, '-c +c'],
    [
      'gets a new sandbox',
      {},
      { sandboxes: [sandbox(0, 'NOTREADY')], containers: [runtimeStatus('c', failed)] },
      'sandbox 1 +c',
    ],
    [
      'that may not restart gets none',
      { restartPolicy: 'Never' },
      { sandboxes: [sandbox(0, 'NOTREADY')], containers: [runtimeStatus('c', failed)] },
      'end',
    ],
    [
      'counts containers of its sandbox only',
      {},
      { sandboxes: [sandbox(1), sandbox(0, 'NOTREADY')], containers: [runtimeStatus('c', done)] },
      '+c',
    ],
    [
      'runs debuggers once',
      { ephemeralContainers: [container('d')] },
      { ...up, containers: [runtimeStatus('c', 'RUNNING')] },
      '+d',
    ],
    [
      'does not run debuggers twice',
      { ephemeralContainers: [container('d')] },
      { ...up, containers: [runtimeStatus('c', 'RUNNING'), runtimeStatus('d', failed)] },
      '',
    ],
    [
      'obeys rules for exit codes',
      {
        restartPolicy: 'Never',
        containers: [
          container('c', { restartPolicyRules: [{ action: 'Restart', exitCodes: { operator: 'In', values: [1] } }] }),
        ],
      },
      { ...up, containers: [runtimeStatus('c', failed)] },
      '+c',
    ],
  ])('%s', (_, spec, state, expected) => expect(plan(spec, state)).toBe(expected));
});

describe('a pod with init containers', () => {
  test.each<[string, Partial<PodSpec>, Partial<PodRuntimeState>, string]>([
    ['starts with the first', init, {}, 'sandbox 0 +i1'],
    ['waits for the first', init, { ...up, containers: [runtimeStatus('i1', 'RUNNING')] }, ''],
    ['goes on to the second', init, { ...up, containers: [runtimeStatus('i1', done)] }, '+i2'],
    ['repeats the first', init, { ...up, containers: [runtimeStatus('i1', failed)] }, '+i1'],
    [
      'fails with the first',
      { ...init, restartPolicy: 'Never' },
      { ...up, containers: [runtimeStatus('i1', failed)] },
      'end',
    ],
    [
      'goes on to its containers',
      init,
      { ...up, containers: [runtimeStatus('i1', done), runtimeStatus('i2', done)] },
      '+c',
    ],
    ['knows what was collected', init, { ...up, containers: [runtimeStatus('i2', done)] }, '+c'],
    ['does not repeat init containers', init, { ...up, containers: [runtimeStatus('c', failed)] }, '+c'],
    ['goes on when a sidecar is up', sidecar, { ...up, containers: [runtimeStatus('side', 'RUNNING')] }, '+i2'],
    [
      'restarts a sidecar and goes on',
      sidecar,
      { ...up, containers: [runtimeStatus('side', failed), runtimeStatus('i2', done)] },
      '+side +c',
    ],
    [
      'ends although a sidecar runs',
      { ...sidecar, restartPolicy: 'Never' },
      { ...up, containers: [runtimeStatus('side', 'RUNNING'), runtimeStatus('i2', done), runtimeStatus('c', done)] },
      'end',
    ],
  ])('%s', (_, spec, state, expected) => expect(plan(spec, state)).toBe(expected));

  test('waits for a sidecar that has not started', () => {
    const state = { ...up, containers: [runtimeStatus('side', 'RUNNING')] };
    expect(plan(sidecar, state, { ...HEALTHY, started: () => false })).toBe('');
  });
});

describe('a container whose probe failed', () => {
  const state = { ...up, containers: [runtimeStatus('c', 'RUNNING')] };
  const sick: ProbeFindings = { ...HEALTHY, failed: () => 'liveness' };

  test.each([
    ['Always', '-c +c'],
    ['OnFailure', '-c +c'],
    ['Never', '-c end'],
  ])('under %s', (restartPolicy, expected) => expect(plan({ restartPolicy }, state, sick)).toBe(expected));

  test('says which', () => {
    expect(planSync(podOf({}), { sandboxes: [sandbox()], containers: state.containers }, sick).kill[0]?.message).toBe(
      'Container c failed liveness probe, will be restarted',
    );
  });

  test('is started again whatever the policy, once it was killed for that', () => {
    const killed = { sandboxes: [sandbox()], containers: [runtimeStatus('c', done)] };
    const { start } = planSync(podOf({ restartPolicy: 'OnFailure' }), killed, HEALTHY, new Set(['c']));
    expect(start.map((part) => part.container.name)).toEqual(['c']);
  });
});
