import type { FlowSchema, Subject } from '#api/flowcontrol/v1/flow-schema.ts';
import {
  bootstrapLevel,
  EVERYBODY,
  everything,
  group,
  mandatoryLevels,
  mandatorySchemas,
  bootstrapSchema as schema,
} from '#api/flowcontrol/v1/mandatory-objects.ts';
import type { PriorityLevelConfiguration } from '#api/flowcontrol/v1/priority-level-configuration.ts';

/** A level whose requests wait in queues: shares, the percentage it lends, queues and hand size. */
const queuing = (name: string, [shares, lendablePercent, queues, handSize]: [number, number, number, number]) =>
  bootstrapLevel(name, {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      lendablePercent,
      limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
    },
  });

/** Levels that a new cluster starts with. */
export const suggestedLevels: readonly PriorityLevelConfiguration[] = [
  queuing('global-default', [20, 50, 128, 6]),
  queuing('leader-election', [10, 0, 16, 4]),
  queuing('node-high', [40, 25, 64, 6]),
  queuing('system', [30, 33, 64, 6]),
  queuing('workload-high', [40, 50, 128, 6]),
  queuing('workload-low', [100, 90, 128, 6]),
];

const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const systemAccount = (name: string): Subject => ({
  kind: 'ServiceAccount',
  serviceAccount: { namespace: 'kube-system', name },
});

const electing = (apiGroup: string, ...resources: string[]) => ({
  verbs: ['get', 'create', 'update'],
  apiGroups: [apiGroup],
  resources,
  namespaces: ['*'],
});

/** Schemas that a new cluster starts with. */
export const suggestedSchemas: readonly FlowSchema[] = [
  schema('global-default', ['global-default', 9900, 'ByUser'], [everything(EVERYBODY)]),
  schema(
    'kube-controller-manager',
    ['workload-high', 800, 'ByNamespace'],
    [everything([user('system:kube-controller-manager')])],
  ),
  schema('kube-scheduler', ['workload-high', 800, 'ByNamespace'], [everything([user('system:kube-scheduler')])]),
  schema('kube-system-service-accounts', ['workload-high', 900, 'ByNamespace'], [everything([systemAccount('*')])]),
  schema(
    'probes',
    ['exempt', 2, undefined],
    [
      {
        subjects: EVERYBODY,
        nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
      },
    ],
  ),
  schema('service-accounts', ['workload-low', 9000, 'ByUser'], [everything([group('system:serviceaccounts')])]),
  schema(
    'system-leader-election',
    ['leader-election', 100, 'ByUser'],
    [
      {
        subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), systemAccount('*')],
        resourceRules: [electing('coordination.k8s.io', 'leases')],
      },
    ],
  ),
  schema(
    'system-node-high',
    ['node-high', 400, 'ByUser'],
    [
      {
        subjects: [group('system:nodes')],
        resourceRules: [
          {
            verbs: ['*'],
            apiGroups: [''],
            resources: ['nodes', 'nodes/status'],
            clusterScope: true,
            namespaces: ['*'],
          },
          { verbs: ['*'], apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['*'] },
        ],
      },
    ],
  ),
  schema('system-nodes', ['system', 500, 'ByUser'], [everything([group('system:nodes')])]),
];

export const bootstrapLevels = [...mandatoryLevels, ...suggestedLevels];
export const bootstrapSchemas = [...mandatorySchemas, ...suggestedSchemas];
