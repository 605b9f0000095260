import { expect, test } from 'vitest';
import type { Deployment, DeploymentStatus } from '#api/apps/v1/deployment.ts';
import type { ReplicaSet } from '#api/apps/v1/replica-set.ts';
import { countedStatus, isComplete, rolloutStatus, untilTimedOut } from './deployment-status.ts';

const now = Date.UTC(2026, 0, 1, 1);
const ago = (seconds: number) => new Date(now - seconds * 1000).toISOString().replace('.000', '');

const deployment = (spec: object = {}, status: object = {}): Deployment =>
  ({
    metadata: { name: 'web', generation: 2 },
    spec: { replicas: 4, selector: {}, template: {}, progressDeadlineSeconds: 60, ...spec },
    status: { observedGeneration: 2, ...status },
  }) as Deployment;
const set = (name: string, status: object): ReplicaSet =>
  ({ metadata: { name }, spec: { replicas: 4, selector: {} }, status: { replicas: 0, ...status } }) as ReplicaSet;
const all = (count: number) => ({ replicas: count, readyReplicas: count, availableReplicas: count });
const noted = (reason: string, status = 'True', updated = 10) => ({
  conditions: [{ type: 'Progressing', status, reason, lastUpdateTime: ago(updated), lastTransitionTime: ago(600) }],
});
const current = (status: object) => ({ current: set('web-2', status), old: [] as ReplicaSet[] });
const told = ({ conditions = [] }: DeploymentStatus, type = 'Progressing') => {
  const { status, reason, message } = conditions.find((one) => one.type === type) ?? {};
  return [status, reason, message];
};

test('the counts of all sets add up, those of the current one are told apart', () => {
  const sets = { current: set('web-2', { ...all(2), terminatingReplicas: 1 }), old: [set('web-1', all(3))] };
  const counts = { replicas: 5, updatedReplicas: 2, readyReplicas: 5, availableReplicas: 5, unavailableReplicas: 0 };
  const status = countedStatus(deployment({}, { collisionCount: 1 }), sets, now);
  expect(status).toMatchObject({ observedGeneration: 2, collisionCount: 1, ...counts });
  // Who terminates is known only when every set says it.
  expect(status.terminatingReplicas).toBeUndefined();
  const known = { ...sets, old: [set('web-1', { ...all(3), terminatingReplicas: 2 })] };
  expect(countedStatus(deployment(), known, now).terminatingReplicas).toBe(3);
});

test.each([
  ['as many as there must be', { ...all(4), availableReplicas: 3 }, ['True', 'MinimumReplicasAvailable']],
  ['fewer', { ...all(4), availableReplicas: 2 }, ['False', 'MinimumReplicasUnavailable']],
] as const)('availability: %s', (_, status, want) => {
  const rollingUpdate = { maxSurge: '25%', maxUnavailable: '25%' };
  const rolling = deployment({ strategy: { type: 'RollingUpdate', rollingUpdate } });
  const has = want[0] === 'True' ? 'has' : 'does not have';
  const found = told(countedStatus(rolling, current(status), now), 'Available');
  expect(found).toEqual([...want, `Deployment ${has} minimum availability.`]);
});

test.each([
  [
    'all are there',
    deployment({}, noted('ReplicaSetUpdated')),
    current(all(4)),
    ['True', 'NewReplicaSetAvailable', 'ReplicaSet "web-2" has successfully progressed.'],
  ],
  [
    'some more are there',
    deployment({}, { ...noted('NewReplicaSetCreated', 'True', 100), updatedReplicas: 1, replicas: 1 }),
    current({ replicas: 2 }),
    ['True', 'ReplicaSetUpdated', 'ReplicaSet "web-2" is progressing.'],
  ],
  [
    'nothing has moved for less than the deadline',
    deployment({}, { ...noted('ReplicaSetUpdated', 'True', 59), updatedReplicas: 2, replicas: 2 }),
    current({ replicas: 2 }),
    ['True', 'ReplicaSetUpdated', undefined],
  ],
  [
    'nothing has moved for longer',
    deployment({}, { ...noted('ReplicaSetUpdated', 'True', 61), updatedReplicas: 2, replicas: 2 }),
    current({ replicas: 2 }),
    ['False', 'ProgressDeadlineExceeded', 'ReplicaSet "web-2" has timed out progressing.'],
  ],
  [
    'there is no set yet',
    deployment({}, { ...noted('DeploymentResumed', 'Unknown', 61) }),
    { current: undefined, old: [] },
    ['False', 'ProgressDeadlineExceeded', 'Deployment "web" has timed out progressing.'],
  ],
  [
    'pods fail after a rollout that was complete',
    deployment({}, { ...noted('NewReplicaSetAvailable', 'True', 3600), ...all(4), updatedReplicas: 4 }),
    current({ ...all(2), replicas: 4 }),
    ['True', 'NewReplicaSetAvailable', undefined],
  ],
  [
    'there is no deadline',
    deployment({ progressDeadlineSeconds: 2 ** 31 - 1 }, noted('ReplicaSetUpdated')),
    current(all(4)),
    [undefined, undefined, undefined],
  ],
] as const)('progress: %s', (_, object, sets, want) => {
  expect(told(rolloutStatus(object, sets, now))).toEqual(want);
});

test('what keeps sets from making pods is told, of the current one first, and no longer than it lasts', () => {
  const failing = (name: string, message: string) => {
    const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message };
    return set(name, { conditions: [failure] });
  };
  const of = (status: DeploymentStatus) => told(status, 'ReplicaFailure');
  const [one, other] = [failing('web-2', 'no quota'), failing('web-1', 'no account')];
  const status = rolloutStatus(deployment(), { current: one, old: [other] }, now);
  expect(of(status)).toEqual(['True', 'FailedCreate', 'no quota']);
  const old = rolloutStatus(deployment(), { ...current({}), old: [other] }, now);
  expect(of(old)).toEqual(['True', 'FailedCreate', 'no account']);
  expect(of(rolloutStatus(deployment({}, status), current({}), now))).toEqual([undefined, undefined, undefined]);
});

test.each([
  ['everything is there', { ...all(4), updatedReplicas: 4 }, true],
  ['one too many is', { ...all(5), updatedReplicas: 4, availableReplicas: 4 }, false],
  ['one is old', { ...all(4), updatedReplicas: 3 }, false],
  ['one is not available', { ...all(4), updatedReplicas: 4, availableReplicas: 3 }, false],
  ['its last change was not seen', { ...all(4), updatedReplicas: 4, observedGeneration: 1 }, false],
] as const)('a rollout is complete when %s', (_, status, want) => {
  expect(isComplete(deployment(), { observedGeneration: 2, ...status })).toBe(want);
});

test.each([
  ['since the last progress', noted('ReplicaSetUpdated', 'True', 20), 40_000],
  ['not any more', noted('ProgressDeadlineExceeded', 'False', 20), undefined],
  ['not after all is there', noted('NewReplicaSetAvailable', 'True', 20), undefined],
  ['not before anything was told', {}, undefined],
] as const)('the deadline runs: %s', (_, status, want) => {
  expect(untilTimedOut(deployment(), status as DeploymentStatus, now)).toBe(want);
});
