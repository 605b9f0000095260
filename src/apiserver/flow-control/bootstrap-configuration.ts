import type { FlowSchema, PolicyRulesWithSubjects, Subject } from '#api/flowcontrol/v1/flow-schema.ts';
import type {
  PriorityLevelConfiguration,
  PriorityLevelConfigurationSpec,
} from '#api/flowcontrol/v1/priority-level-configuration.ts';

/** Says that the server keeps an object's spec as it is here; people set it to "false" to keep a spec of their own. */
export const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';

const API_VERSION = 'flowcontrol.apiserver.k8s.io/v1';
const metadata = (name: string) => ({ name, annotations: { [AUTO_UPDATE]: 'true' } });

const level = (name: string, spec: PriorityLevelConfigurationSpec): PriorityLevelConfiguration => ({
  kind: 'PriorityLevelConfiguration',
  apiVersion: API_VERSION,
  metadata: metadata(name),
  spec,
});

/** A level whose requests wait in queues: shares, the percentage it lends, queues and hand size. */
const queuing = (name: string, [shares, lendablePercent, queues, handSize]: [number, number, number, number]) =>
  level(name, {
    type: 'Limited',
    limited: {
      nominalConcurrencyShares: shares,
      lendablePercent,
      limitResponse: { type: 'Queue', queuing: { queues, handSize, queueLengthLimit: 50 } },
    },
  });

/** Levels that exist in every cluster, whatever people do. */
export const mandatoryLevels: readonly PriorityLevelConfiguration[] = [
  level('catch-all', {
    type: 'Limited',
    limited: { nominalConcurrencyShares: 5, lendablePercent: 0, limitResponse: { type: 'Reject' } },
  }),
  level('exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
];

/** Levels that a new cluster starts with. */
export const suggestedLevels: readonly PriorityLevelConfiguration[] = [
  queuing('global-default', [20, 50, 128, 6]),
  queuing('leader-election', [10, 0, 16, 4]),
  queuing('node-high', [40, 25, 64, 6]),
  queuing('system', [30, 33, 64, 6]),
  queuing('workload-high', [40, 50, 128, 6]),
  queuing('workload-low', [100, 90, 128, 6]),
];

const group = (name: string): Subject => ({ kind: 'Group', group: { name } });
const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const systemAccount = (name: string): Subject => ({
  kind: 'ServiceAccount',
  serviceAccount: { namespace: 'kube-system', name },
});
const EVERYBODY = [group('system:unauthenticated'), group('system:authenticated')];

const everything = (subjects: Subject[]): PolicyRulesWithSubjects => ({
  subjects,
  resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
});

const electing = (apiGroup: string, ...resources: string[]) => ({
  verbs: ['get', 'create', 'update'],
  apiGroups: [apiGroup],
  resources,
  namespaces: ['*'],
});

type Distinguisher = 'ByUser' | 'ByNamespace' | undefined;

const schema = (
  name: string,
  [levelName, matchingPrecedence, type]: [string, number, Distinguisher],
  rules: PolicyRulesWithSubjects[],
): FlowSchema => ({
  kind: 'FlowSchema',
  apiVersion: API_VERSION,
  metadata: metadata(name),
  spec: {
    priorityLevelConfiguration: { name: levelName },
    matchingPrecedence,
    ...(type ? { distinguisherMethod: { type } } : {}),
    rules,
  },
});

/** Schemas that exist in every cluster, whatever people do: the first one tried and the last. */
export const mandatorySchemas: readonly FlowSchema[] = [
  schema('catch-all', ['catch-all', 10_000, 'ByUser'], [everything(EVERYBODY)]),
  schema('exempt', ['exempt', 1, undefined], [everything([group('system:masters')])]),
];

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
