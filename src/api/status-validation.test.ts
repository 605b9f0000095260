import { expect, test } from 'vitest';
import { ValidatingAdmissionPolicies } from './admissionregistration/v1/validating-admission-policy.ts';
import { APIServices } from './apiregistration/v1/api-service.ts';
import { DaemonSets } from './apps/v1/daemon-set.ts';
import { Deployments } from './apps/v1/deployment.ts';
import { ReplicaSets } from './apps/v1/replica-set.ts';
import { StatefulSets } from './apps/v1/stateful-set.ts';
import { HorizontalPodAutoscalers } from './autoscaling/v2/horizontal-pod-autoscaler.ts';
import { Jobs } from './batch/v1/job.ts';
import { Namespaces } from './core/v1/namespace.ts';
import { Nodes } from './core/v1/node.ts';
import { PersistentVolumeClaims } from './core/v1/persistent-volume-claim.ts';
import { ReplicationControllers } from './core/v1/replication-controller.ts';
import { ResourceQuotas } from './core/v1/resource-quota.ts';
import { Services } from './core/v1/service.ts';
import { FlowSchemas } from './flowcontrol/v1/flow-schema.ts';
import { Ingresses } from './networking/v1/ingress.ts';
import { PodDisruptionBudgets } from './policy/v1/pod-disruption-budget.ts';
import type { AnyResourceDefinition } from './resource-definition.ts';
import { statusErrors } from './testing/defaulted.ts';

type Case = [string, AnyResourceDefinition, before: object, after: object, string[]];

const MORE = 'cannot be greater than status.replicas';
const BALANCER = { type: 'LoadBalancer' };
const point = (ingress: object) => ({ loadBalancer: { ingress: [ingress] } });

test.each<Case>([
  [
    'fewer collisions',
    Deployments,
    { collisionCount: 2 },
    { collisionCount: 1 },
    ['status.collisionCount: Invalid value: 1: cannot be decremented'],
  ],
  [
    'more than all',
    Deployments,
    {},
    { replicas: 1, updatedReplicas: 2, availableReplicas: 1 },
    [
      `status.updatedReplicas: Invalid value: 2: ${MORE}`,
      'status.availableReplicas: Invalid value: 1: cannot be greater than readyReplicas',
    ],
  ],
  [
    'less than nothing',
    ReplicaSets,
    {},
    { replicas: -1, readyReplicas: -1, availableReplicas: -1, fullyLabeledReplicas: -1 },
    ['replicas', 'fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'].map(
      (name) => `status.${name}: Invalid value: -1: must be greater than or equal to 0`,
    ),
  ],
  [
    'more than is ready',
    StatefulSets,
    {},
    { replicas: 1, availableReplicas: 1 },
    ['status.availableReplicas: Invalid value: 1: cannot be greater than status.readyReplicas'],
  ],
  [
    'fewer than none',
    DaemonSets,
    { collisionCount: 1 },
    { currentNumberScheduled: -1, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
    [
      'status.currentNumberScheduled: Invalid value: -1: must be greater than or equal to 0',
      'status.collisionCount: Invalid value: 0: cannot be decremented',
    ],
  ],
  [
    'more than it keeps',
    ReplicationControllers,
    {},
    { replicas: 0, readyReplicas: 1 },
    [`status.readyReplicas: Invalid value: 1: ${MORE}`],
  ],
  [
    'a phase before its time',
    Namespaces,
    {},
    { phase: 'Terminating' },
    ['status.Phase: Invalid value: "Terminating": may only be \'Active\' if `deletionTimestamp` is empty'],
  ],
  [
    'an address twice',
    Nodes,
    {},
    { addresses: [1, 2].map(() => ({ type: 'InternalIP', address: '10.0.0.1' })) },
    ['status.addresses[1]: Duplicate value: {"Type":"InternalIP","Address":"10.0.0.1"}'],
  ],
  [
    'resizes of what is no storage',
    PersistentVolumeClaims,
    {},
    { allocatedResources: { cpu: '1' }, allocatedResourceStatuses: { storage: 'Soon' } },
    [
      'Spec.accessModes: Required value',
      'status.allocatedResourceStatus: Unsupported value: "storage": supported values: "ControllerResizeInProgress", "ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"',
      'status.allocatedResources: Unsupported value: "cpu": supported values: "storage"',
    ],
  ],
  [
    'use of what is not counted',
    ResourceQuotas,
    {},
    { used: { whatever: '1' } },
    [
      'status.used[whatever]: Invalid value: "whatever": must be a standard resource type or fully qualified',
      'status.used[whatever]: Invalid value: "whatever": must be a standard resource for quota',
    ],
  ],
  [
    'incomplete conditions',
    PodDisruptionBudgets,
    {},
    {
      disruptionsAllowed: -1,
      currentHealthy: 0,
      desiredHealthy: 0,
      expectedPods: 0,
      conditions: [{ type: 'A', status: 'True', reason: '', message: '' }],
    },
    [
      'status.conditions[0].lastTransitionTime: Required value',
      'status.conditions[0].reason: Required value',
      'status.disruptionsAllowed: Invalid value: -1: must be greater than or equal to 0',
    ],
  ],
  [
    'a reason of many words',
    ValidatingAdmissionPolicies,
    {},
    {
      conditions: [
        { type: 'A', status: 'True', reason: 'It is', message: '', lastTransitionTime: '2026-01-01T00:00:00Z' },
      ],
    },
    [
      "status.conditions[0].reason: Invalid value: \"It is\": a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_' (e.g. 'my_name',  or 'MY_NAME',  or 'MyName',  or 'ReasonA,ReasonB',  or 'ReasonA:ReasonB', regex used for validation is '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?')",
    ],
  ],
  [
    'a negative target',
    HorizontalPodAutoscalers,
    {},
    { currentReplicas: -1, desiredReplicas: 0 },
    ['status.currentReplicas: Invalid value: -1: must be greater than or equal to 0'],
  ],
  [
    'a doubt that is none',
    APIServices,
    {},
    { conditions: [{ type: 'Available', status: 'Maybe' }] },
    ['status.conditions[0].status: Unsupported value: "Maybe": supported values: "True", "False", "Unknown"'],
  ],
  [
    'a condition twice',
    FlowSchemas,
    {},
    { conditions: [{ type: 'Dangling' }, { type: 'Dangling' }] },
    ['status.conditions[1].type: Duplicate value: "Dangling"'],
  ],
  [
    'an address for a name',
    Ingresses,
    {},
    point({ hostname: '10.0.0.1' }),
    ['status.loadBalancer.ingress[0].hostname: Invalid value: "10.0.0.1": must be a DNS name, not an IP address'],
  ],
])('a status with %s is refused', (_, definition, before, after, expected) => {
  const whole = (status: object) => ({ metadata: { name: 'a', namespace: 'b' }, spec: {}, status });
  expect(statusErrors(definition, whole(before), whole(after))).toEqual(expected);
});

test.each<[string, spec: object, status: object, string[]]>([
  [
    'of a service without balancer',
    {},
    point({ ip: '10.0.0.1' }),
    ["status.loadBalancer.ingress: Forbidden: may only be used when `spec.type` is 'LoadBalancer'"],
  ],
  ['with an address', BALANCER, point({ ip: '10.0.0.1' }), []],
  [
    'with a mode for no address',
    BALANCER,
    point({ hostname: 'a.b', ipMode: 'VIP' }),
    ['status.loadBalancer.ingress[0].ipMode: Forbidden: may not be specified when `ip` is not set'],
  ],
])('a service status %s is answered rightly', (_, spec, status, expected) => {
  const before = { metadata: { name: 'a', namespace: 'b' }, spec };
  expect(statusErrors(Services, before, { ...before, status })).toEqual(expected);
});

const START = '2026-01-01T00:00:00Z';
const on = (...types: string[]) => types.map((type) => ({ type, status: 'True' }));
const COMPLETE = {
  conditions: on('SuccessCriteriaMet', 'Complete'),
  startTime: START,
  completionTime: '2026-01-01T00:01:00Z',
};

test.each<[string, spec: object, before: object, after: object, string[]]>([
  ['completes', {}, { startTime: START, active: 1 }, COMPLETE, []],
  [
    'completes without having met its criteria',
    {},
    { startTime: START },
    { ...COMPLETE, conditions: on('Complete') },
    [
      'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
    ],
  ],
  [
    'completes without times and with pods',
    {},
    {},
    { conditions: COMPLETE.conditions, active: 1 },
    [
      'status.completionTime: Required value: completionTime is required for Complete jobs',
      'status.active: Invalid value: 1: active>0 is invalid for finished job',
      'status.startTime: Required value: startTime is required for finished job',
    ],
  ],
  [
    'fails out of nothing',
    {},
    { startTime: START },
    { startTime: START, conditions: on('Failed') },
    ['status.conditions: Invalid value: cannot set Failed=True condition without the FailureTarget=true condition'],
  ],
  [
    'is no longer complete',
    {},
    COMPLETE,
    { ...COMPLETE, conditions: on('SuccessCriteriaMet'), completionTime: undefined },
    ['status.conditions: Invalid value: cannot disable the terminal Complete=True condition'],
  ],
  [
    'counts backwards',
    {},
    { failed: 2, succeeded: 2 },
    { failed: 1, succeeded: 1 },
    [
      'status.failed: Invalid value: 1: cannot decrease the failed counter',
      'status.succeeded: Invalid value: 1: cannot decrease the succeeded counter',
    ],
  ],
  [
    'has more ready than active pods',
    {},
    {},
    { ready: 1 },
    ['status.ready: Invalid value: 1: cannot set more ready pods than active'],
  ],
  [
    'has indexes in disorder',
    { completionMode: 'Indexed', completions: 5, parallelism: 1 },
    {},
    { completedIndexes: '3,1' },
    [
      'status.completedIndexes: Invalid value: "3,1": error parsing completedIndexes: non-increasing order, previous: 3, current: 1',
    ],
  ],
  [
    'has an index that failed and completed',
    { completionMode: 'Indexed', completions: 5, parallelism: 1, backoffLimitPerIndex: 1 },
    {},
    { completedIndexes: '1-3', failedIndexes: '2' },
    ['status.failedIndexes: Invalid value: "2": failedIndexes and completedIndexes overlap at index: 2'],
  ],
])('a job that %s is answered rightly', (_, spec, before, after, expected) => {
  const whole = (status: object) => ({ metadata: { name: 'a', namespace: 'b' }, spec, status });
  expect(statusErrors(Jobs, whole(before), whole(after))).toEqual(expected);
});
