import { checkCollisions, checkCounts, checkParts } from '#api/replica-counts.ts';
import type { FieldError } from '#machinery/errors/field-error.ts';
import type { DaemonSet } from './daemon-set.ts';
import type { Deployment } from './deployment.ts';
import type { ReplicaSet } from './replica-set.ts';
import type { StatefulSet } from './stateful-set.ts';

type Changed<T extends { readonly status?: unknown }> = (object: T, old: T) => FieldError[];

export const validateDeploymentStatus: Changed<Deployment> = ({ status = {} }, old) => [
  ...checkCounts(status, [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'terminatingReplicas',
    'collisionCount',
  ]),
  ...checkParts(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas']),
  ...checkCollisions(status, old.status ?? {}),
];

export const validateReplicaSetStatus: Changed<ReplicaSet> = ({ status }) => [
  ...checkCounts(status ?? {}, [
    'replicas',
    'fullyLabeledReplicas',
    'readyReplicas',
    'availableReplicas',
    'terminatingReplicas',
    'observedGeneration',
  ]),
  ...checkParts(status ?? {}, ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']),
];

export const validateStatefulSetStatus: Changed<StatefulSet> = ({ status }, old) => [
  ...checkCounts(status ?? {}, [
    'replicas',
    'readyReplicas',
    'currentReplicas',
    'updatedReplicas',
    'availableReplicas',
    'observedGeneration',
    'collisionCount',
  ]),
  ...checkParts(
    status ?? {},
    ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
    'status.readyReplicas',
  ),
  ...checkCollisions(status ?? {}, old.status ?? {}),
];

export const validateDaemonSetStatus: Changed<DaemonSet> = ({ status }, old) => [
  ...checkCounts(status ?? {}, [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ]),
  ...checkCollisions(status ?? {}, old.status ?? {}),
];
