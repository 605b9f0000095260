import { expect, test } from 'vitest';
import type { KubernetesObject } from '#api/resource-definition.ts';
import { type OwnerState, planCollection } from './collect-plan.ts';

const object = (metadata: KubernetesObject['metadata'] = {}): KubernetesObject => ({ metadata });
const owners = (...states: readonly OwnerState[]) =>
  states.map((state, at) => ({
    reference: { apiVersion: 'v1', kind: 'ConfigMap', name: `o${at}`, uid: `${at}` },
    state,
  }));
const leaving = object({ deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: ['foregroundDeletion'] });

test.each([
  ['an object without owners stays', object(), owners(), [], { type: 'keep' }],
  ['an object with an owner stays', object(), owners('solid'), [], { type: 'keep' }],
  [
    'references to owners that are gone go',
    object(),
    owners('solid', 'absent', 'waiting'),
    [],
    { type: 'unlink', uids: ['1', '2'] },
  ],
  [
    'an object without any owner left goes',
    object(),
    owners('absent', 'absent'),
    [object()],
    { type: 'delete', policy: 'Background', unblock: false },
  ],
  [
    'its finalizers say what happens to its dependents',
    object({ finalizers: ['orphan'] }),
    owners('absent'),
    [],
    { type: 'delete', policy: 'Orphan', unblock: false },
  ],
  [
    'an object of a waiting owner goes with its dependents first',
    object(),
    owners('waiting'),
    [object()],
    { type: 'delete', policy: 'Foreground', unblock: false },
  ],
  [
    'an object of a waiting owner without dependents just goes',
    object(),
    owners('waiting'),
    [],
    { type: 'delete', policy: 'Background', unblock: false },
  ],
  [
    'a circle of owners is opened',
    object(),
    owners('waiting'),
    [leaving],
    { type: 'delete', policy: 'Foreground', unblock: true },
  ],
] as const)('%s', (_, item, states, dependents, want) => {
  expect(planCollection(item, states, dependents)).toEqual(want);
});
