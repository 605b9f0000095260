import { expect, test } from 'vitest';
import { readSchedulerConfiguration } from './scheduler-configuration.ts';

const HEAD = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

test('an empty configuration is the default profile', () => {
  const { profiles, ...rest } = readSchedulerConfiguration(HEAD);
  expect(rest).toEqual({ podInitialBackoffMs: 1000, podMaxBackoffMs: 10_000 });
  expect(profiles).toMatchObject([{ schedulerName: 'default-scheduler', percentageOfNodesToScore: 0, args: {} }]);
  expect(profiles[0]?.plugins?.map(({ name }) => name)).toContain('InterPodAffinity');
});

test('profiles choose plugins, weights and arguments', () => {
  const { profiles } = readSchedulerConfiguration(`${HEAD}
percentageOfNodesToScore: 50
profiles:
- schedulerName: packing
  percentageOfNodesToScore: 100
  plugins:
    multiPoint:
      disabled: [{ name: DefaultPreemption }]
    score:
      disabled: [{ name: ImageLocality }]
      enabled: [{ name: NodeResourcesFit, weight: 5 }]
  pluginConfig:
  - name: NodeResourcesFit
    args:
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: NodeResourcesFitArgs
      scoringStrategy: { type: MostAllocated }
- schedulerName: bare
  plugins:
    multiPoint:
      disabled: [{ name: '*' }]
      enabled: [{ name: PrioritySort }, { name: NodeName }, { name: DefaultBinder }]
`);
  const [packing, bare] = profiles;
  expect(packing).toMatchObject({ schedulerName: 'packing', percentageOfNodesToScore: 100 });
  expect(packing?.args).toEqual({
    NodeResourcesFit: {
      apiVersion: 'kubescheduler.config.k8s.io/v1',
      kind: 'NodeResourcesFitArgs',
      scoringStrategy: {
        type: 'MostAllocated',
        resources: [
          { name: 'cpu', weight: 1 },
          { name: 'memory', weight: 1 },
        ],
      },
    },
  });
  const byName = new Map(packing?.plugins?.map((plugin) => [plugin.name, plugin]));
  expect(byName.has('DefaultPreemption')).toBe(false);
  expect(byName.get('NodeResourcesFit')).toEqual({ name: 'NodeResourcesFit', weight: 5 });
  expect(byName.get('ImageLocality')).toEqual({ name: 'ImageLocality', without: ['score', 'scoreAll', 'normalize'] });
  expect(bare?.plugins?.map(({ name }) => name)).toEqual(['PrioritySort', 'NodeName', 'DefaultBinder']);
  expect(bare?.percentageOfNodesToScore).toBe(50);
});

const withArgs = (name: string, args: string) => `profiles:
- schedulerName: s
  pluginConfig: [{ name: ${name}, args: ${args} }]`;

test.each([
  ['spelled wrong', 'parallelsm: 3', /unknown field "parallelsm"/],
  ['parallelism: 0', 'parallelism: 0', 'parallelism: Invalid value: 0: should be an integer value greater than zero'],
  [
    'shares above all',
    'percentageOfNodesToScore: 101',
    'percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100]',
  ],
  [
    'back-off that shrinks',
    'podInitialBackoffSeconds: 5\npodMaxBackoffSeconds: 2',
    'podMaxBackoffSeconds: Invalid value: 2: must be greater than or equal to PodInitialBackoffSeconds',
  ],
  [
    'a name twice',
    'profiles: [{ schedulerName: a }, { schedulerName: a }]',
    'profiles[1].schedulerName: Duplicate value: "profiles[0].schedulerName"',
  ],
  ['no name', 'profiles: [{ schedulerName: a }, {}]', 'profiles[1].schedulerName: Required value'],
  [
    'a plugin that is none',
    'profiles: [{ plugins: { score: { enabled: [{ name: Magic }] } } }]',
    'initializing profiles: creating profile for scheduler name default-scheduler: ScorePlugin "Magic" does not exist',
  ],
  [
    'a plugin where it has no say',
    'profiles: [{ plugins: { score: { enabled: [{ name: NodeName }] } } }]',
    'initializing profiles: creating profile for scheduler name default-scheduler: plugin "NodeName" does not extend ScorePlugin plugin',
  ],
  [
    'a plugin twice',
    'profiles: [{ plugins: { filter: { enabled: [{ name: NodeName }, { name: NodeName }] } } }]',
    'plugin "NodeName" already registered as "FilterPlugin"',
  ],
  [
    'a plugin that is none, everywhere',
    'profiles: [{ plugins: { multiPoint: { enabled: [{ name: Magic }] } } }]',
    'PreFilterPlugin "Magic" does not exist',
  ],
  [
    'a queue in no order',
    'profiles: [{ plugins: { queueSort: { disabled: [{ name: "*" }] } } }]',
    'only one queue sort plugin required for profile with scheduler name "default-scheduler", but got 0',
  ],
  [
    'a profile that binds nothing',
    'profiles: [{ plugins: { bind: { disabled: [{ name: DefaultBinder }] } } }]',
    'at least one bind plugin is needed for profile with scheduler name "default-scheduler"',
  ],
  [
    'one queue in two orders',
    'profiles: [{ schedulerName: a }, { schedulerName: b, plugins: { queueSort: { enabled: [{ name: PrioritySort }] } } }]',
    'profiles[1].plugins.queueSort: Invalid value: {"Enabled":[{"Name":"PrioritySort","Weight":0}],"Disabled":null}: has to match for all profiles',
  ],
  [
    'arguments of another plugin',
    withArgs('NodeResourcesFit', '{ kind: NodeAffinityArgs }'),
    'args for plugin NodeResourcesFit were not of type NodeResourcesFitArgs.kubescheduler.config.k8s.io, got NodeAffinityArgs.kubescheduler.config.k8s.io',
  ],
  [
    'added affinity that cannot be read',
    withArgs(
      'NodeAffinity',
      `{ addedAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [
          { matchExpressions: [{ key: a, operator: Near }, { key: b, operator: In }] }] },
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchFields: [{ key: metadata.name, operator: Exists }] } }] } }`,
    ),
    [
      'addedAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[0].operator: Unsupported value: "Near": supported values: "In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"',
      `requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[0].matchExpressions[1].values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty`,
      'preferredDuringSchedulingIgnoredDuringExecution[0].matchFields[0].operator: Unsupported value: "Exists": supported values: "In", "NotIn"',
    ],
  ],
  [
    'resources and domains that are no names',
    `profiles:
- schedulerName: s
  pluginConfig:
  - { name: NodeResourcesFit, args: { ignoredResources: ["a b"], ignoredResourceGroups: ["c d"] } }
  - { name: PodTopologySpread, args: { defaultingType: List, defaultConstraints: [{ maxSkew: 1, topologyKey: "e f", whenUnsatisfiable: DoNotSchedule }] } }`,
    [
      'ignoredResources[0]: Invalid value: "a b"',
      'ignoredResourceGroups[0]: Invalid value: "c d"',
      'topologyKey: Invalid value: "e f"',
    ],
  ],
  [
    'a leader who has less time than it takes',
    'leaderElection: { leaseDuration: 5s, resourceLock: endpoints }',
    [
      'leaderElection.leaseDuration: Invalid value: "10s": LeaseDuration must be greater than RenewDeadline',
      'leaderElection.resourceLock: Invalid value: "endpoints": resourceLock value must be "leases"',
    ],
  ],
  [
    'bursts below zero',
    'clientConnection: { burst: -1 }',
    'clientConnection.burst: Invalid value: -1: must be non-negative',
  ],
  [
    'binding in no time',
    withArgs('DynamicResources', '{ bindingTimeout: 0.5s }'),
    'args.bindingTimeout: Invalid value: "0.5s": must be at least 1 second',
  ],
  [
    'weights too high',
    withArgs('InterPodAffinity', '{ hardPodAffinityWeight: 101 }'),
    'profiles[0].pluginConfig[0].args.hardPodAffinityWeight: Invalid value: 101: not in valid range [0, 100]',
  ],
  [
    'no candidates',
    withArgs('DefaultPreemption', '{ minCandidateNodesPercentage: 0, minCandidateNodesAbsolute: 0 }'),
    /cannot be zero at the same time as minCandidateNodesAbsolute/,
  ],
  [
    'system defaults with a list',
    withArgs(
      'PodTopologySpread',
      '{ defaultConstraints: [{ maxSkew: 1, topologyKey: z, whenUnsatisfiable: ScheduleAnyway }] }',
    ),
    'profiles[0].pluginConfig[0].args.defaultingType: Invalid value: "System": when .defaultConstraints are not empty',
  ],
  [
    'time that runs backwards',
    withArgs('DynamicResources', '{ filterTimeout: -1s }'),
    'profiles[0].pluginConfig[0].args.filterTimeout: Invalid value: "-1s": must be zero or positive',
  ],
  [
    'scores of an extender that weigh nothing',
    'extenders: [{ urlPrefix: "http://x", prioritizeVerb: p }]',
    'extenders[0].weight: Invalid value: 0: must have a positive weight applied to it',
  ],
  [
    'two extenders that bind',
    'extenders: [{ bindVerb: b }, { bindVerb: b }]',
    'extenders: Invalid value: "found 2 extenders implementing bind": only one extender can implement bind',
  ],
  [
    'a resource that two extenders manage',
    'extenders: [{ managedResources: [{ name: a.b/c }] }, { managedResources: [{ name: a.b/c }] }]',
    'extenders[1].managedResources[0].name: Invalid value: "a.b/c": duplicate extender managed resource name',
  ],
  [
    'a ratio without shape',
    withArgs('NodeResourcesFit', '{ scoringStrategy: { type: RequestedToCapacityRatio } }'),
    'profiles[0].pluginConfig[0].args.scoringStrategy.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio',
  ],
])('%s is refused', (_name, text, messages) => {
  for (const message of [messages].flat()) expect(() => readSchedulerConfiguration(HEAD + text)).toThrow(message);
});

test.each([
  ['no election', 'leaderElection: { leaderElect: false, leaseDuration: 1s }'],
  [
    'a shape that the strategy does not ask for',
    withArgs(
      'NodeResourcesFit',
      '{ scoringStrategy: { requestedToCapacityRatio: { shape: [{ utilization: 0, score: 1 }] } } }',
    ),
  ],
  [
    'a preference that counts for nothing',
    withArgs(
      'NodeAffinity',
      '{ addedAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 0, preference: { matchExpressions: [{ key: a, operator: Near }] } }] } }',
    ),
  ],
  ['arguments of a plugin that takes none', withArgs('ImageLocality', '{ any: thing }')],
])('%s is taken', (_name, text) => {
  expect(readSchedulerConfiguration(HEAD + text).profiles).toHaveLength(1);
});
