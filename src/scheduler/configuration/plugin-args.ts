import { checkText } from '#api/checks.ts';
import { NodeAffinity, TopologySpreadConstraint } from '#api/core/v1/affinity.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import {
  bool,
  type Infer,
  int32,
  int64,
  list,
  type MessageSchema,
  message,
  opt,
  ptr,
  string,
} from '#machinery/schema/schema.ts';

import { validateAddedAffinity } from './added-affinity.ts';
import { milliseconds } from './duration.ts';

const PREFIX = 'io.k8s.kube-scheduler.config.v1';
const header = { kind: opt(0, string), apiVersion: opt(0, string) };
const Resources = list(message(`${PREFIX}.ResourceSpec`, { name: opt(1, string), weight: opt(2, int64) }));
const Shape = list(message(`${PREFIX}.UtilizationShapePoint`, { utilization: opt(1, int32), score: opt(2, int32) }));

const DefaultPreemption = message(`${PREFIX}.DefaultPreemptionArgs`, {
  ...header,
  minCandidateNodesPercentage: ptr(1, int32),
  minCandidateNodesAbsolute: ptr(2, int32),
});
const InterPodAffinity = message(`${PREFIX}.InterPodAffinityArgs`, {
  ...header,
  hardPodAffinityWeight: ptr(1, int32),
  ignorePreferredTermsOfExistingPods: opt(2, bool),
});
const NodeAffinityArgs = message(`${PREFIX}.NodeAffinityArgs`, { ...header, addedAffinity: ptr(1, NodeAffinity) });
const BalancedAllocation = message(`${PREFIX}.NodeResourcesBalancedAllocationArgs`, {
  ...header,
  resources: opt(1, Resources),
});
const Fit = message(`${PREFIX}.NodeResourcesFitArgs`, {
  ...header,
  ignoredResources: opt(1, list(string)),
  ignoredResourceGroups: opt(2, list(string)),
  scoringStrategy: ptr(
    3,
    message(`${PREFIX}.ScoringStrategy`, {
      type: opt(1, string),
      resources: opt(2, Resources),
      requestedToCapacityRatio: ptr(3, message(`${PREFIX}.RequestedToCapacityRatioParam`, { shape: opt(1, Shape) })),
    }),
  ),
});
const TopologySpread = message(`${PREFIX}.PodTopologySpreadArgs`, {
  ...header,
  defaultConstraints: opt(1, list(TopologySpreadConstraint)),
  defaultingType: opt(2, string),
});
const DynamicResources = message(`${PREFIX}.DynamicResourcesArgs`, {
  ...header,
  filterTimeout: ptr(1, string),
  bindingTimeout: ptr(2, string),
});
const VolumeBinding = message(`${PREFIX}.VolumeBindingArgs`, { ...header, bindTimeoutSeconds: ptr(1, int64) });

/** The arguments that a plugin takes. */
export interface ArgsEntry {
  readonly schema: MessageSchema;
  /** Fills in what stands for what is not said. */
  readonly complete?: (args: never) => unknown;
  readonly validate: (path: FieldPath, args: never) => FieldError[];
}

/** Arguments by plugin name; other plugins take none. */
export const pluginArgs: ReadonlyMap<string, ArgsEntry> = new Map<string, ArgsEntry>([
  ['DefaultPreemption', { schema: DefaultPreemption, validate: validatePreemption }],
  ['DynamicResources', { schema: DynamicResources, complete: withSeconds, validate: validateDynamicResources }],
  ['InterPodAffinity', { schema: InterPodAffinity, validate: validateInterPodAffinity }],
  ['NodeAffinity', { schema: NodeAffinityArgs, validate: validateNodeAffinity }],
  [
    'NodeResourcesBalancedAllocation',
    { schema: BalancedAllocation, complete: withWeights, validate: validateBalanced },
  ],
  ['NodeResourcesFit', { schema: Fit, complete: withStrategy, validate: validateFit }],
  ['PodTopologySpread', { schema: TopologySpread, complete: withType, validate: validateSpread }],
  ['VolumeBinding', { schema: VolumeBinding, validate: validateVolumeBinding }],
]);

const CPU_AND_MEMORY = [
  { name: 'cpu', weight: 1 },
  { name: 'memory', weight: 1 },
];

type Weights = readonly { readonly name?: string; readonly weight?: number }[] | undefined;
const weighted = (resources: Weights) =>
  resources?.length ? resources.map((each) => ({ ...each, weight: each.weight || 1 })) : CPU_AND_MEMORY;

function withWeights(args: Infer<typeof BalancedAllocation>) {
  return { ...args, resources: weighted(args.resources as Weights) };
}

function withStrategy(args: Infer<typeof Fit>) {
  const { type = 'LeastAllocated', resources, ...rest } = args.scoringStrategy ?? {};
  return { ...args, scoringStrategy: { ...rest, type, resources: weighted(resources as Weights) } };
}

function withType(args: Infer<typeof TopologySpread>) {
  return { ...args, defaultingType: args.defaultingType || 'System' };
}

function withSeconds(args: Infer<typeof DynamicResources>) {
  const binding = milliseconds(args.bindingTimeout ?? undefined);
  return { ...args, ...(binding === undefined ? {} : { bindingTimeoutSeconds: binding / 1000 }) };
}

function validateDynamicResources(path: FieldPath, args: Infer<typeof DynamicResources>): FieldError[] {
  return (['filterTimeout', 'bindingTimeout'] as const).flatMap((name) => {
    const text = args[name];
    if (!text) return [];
    const value = milliseconds(text.replace(/^-/, ''));
    if (value === undefined) return [invalid(path.child(name), text, 'must be a duration')];
    if (name === 'bindingTimeout' && (text.startsWith('-') || value < 1000)) {
      return [invalid(path.child(name), text, 'must be at least 1 second')];
    }
    return text.startsWith('-') ? [invalid(path.child(name), text, 'must be zero or positive')] : [];
  });
}

const within = (
  path: FieldPath,
  value: number | undefined | null,
  [least, most]: readonly [number, number],
): FieldError[] =>
  value === undefined || value === null || (value >= least && value <= most)
    ? []
    : [invalid(path, value, `not in valid range [${least}, ${most}]`)];

function validatePreemption(path: FieldPath, args: Infer<typeof DefaultPreemption>): FieldError[] {
  const { minCandidateNodesPercentage: percentage, minCandidateNodesAbsolute: absolute } = args;
  const percentagePath = path.child('minCandidateNodesPercentage');
  const absolutePath = path.child('minCandidateNodesAbsolute');
  const bothZero = percentage === 0 && absolute === 0;
  return [
    ...within(percentagePath, percentage, [0, 100]),
    ...((absolute ?? 0) < 0 ? [invalid(absolutePath, absolute, 'not in valid range [0, inf)')] : []),
    ...(bothZero
      ? [
          invalid(percentagePath, 0, 'cannot be zero at the same time as minCandidateNodesAbsolute'),
          invalid(absolutePath, 0, 'cannot be zero at the same time as minCandidateNodesPercentage'),
        ]
      : []),
  ];
}

function validateInterPodAffinity(path: FieldPath, args: Infer<typeof InterPodAffinity>): FieldError[] {
  return within(path.child('hardPodAffinityWeight'), args.hardPodAffinityWeight, [0, 100]);
}

function validateNodeAffinity(path: FieldPath, { addedAffinity }: Infer<typeof NodeAffinityArgs>): FieldError[] {
  return addedAffinity ? validateAddedAffinity(path.child('addedAffinity'), addedAffinity) : [];
}

function validateBalanced(path: FieldPath, { resources = [] }: Infer<typeof BalancedAllocation>): FieldError[] {
  return resources.flatMap(({ name = '', weight }, index) => {
    const at = path.child('resources').index(index);
    const isRepeated = resources.slice(0, index).some((other) => other.name === name);
    return [
      ...(isRepeated ? [duplicate(at.child('name'), name)] : []),
      ...(weight !== 1 ? [invalid(at.child('weight'), weight, 'must be 1')] : []),
    ];
  });
}

const STRATEGIES = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];

function validateFit(path: FieldPath, args: Infer<typeof Fit>): FieldError[] {
  const names = (args.ignoredResources ?? []).flatMap((name, index) =>
    checkText(path.child('ignoredResources').index(index), name, isQualifiedName),
  );
  const groups = (args.ignoredResourceGroups ?? []).flatMap((group, index) => {
    const place = path.child('ignoredResourceGroups').index(index);
    return [
      ...(group.includes('/') ? [invalid(place, group, "resource group name can't contain '/'")] : []),
      ...checkText(place, group, isQualifiedName),
    ];
  });
  const at = path.child('scoringStrategy');
  const { type = '', resources = [], requestedToCapacityRatio: ratio } = args.scoringStrategy ?? {};
  const weights = resources.flatMap(({ name = '', weight = 0 }, index) =>
    weight > 0 && weight <= 100
      ? []
      : [
          invalid(
            at.child('resources').index(index).child('weight'),
            weight,
            `resource weight of ${name} not in valid range (0, 100]`,
          ),
        ],
  );
  return [
    ...names,
    ...groups,
    ...(STRATEGIES.includes(type) ? [] : [notSupported(at.child('type'), type, STRATEGIES)]),
    ...weights,
    ...validateRatio(at.child('requestedToCapacityRatio'), type, ratio),
  ];
}

function validateRatio(
  path: FieldPath,
  type: string,
  ratio: { readonly shape?: Infer<typeof Shape> } | null | undefined,
): FieldError[] {
  if (ratio) return validateShape(path.child('shape'), ratio.shape ?? []);
  return type === 'RequestedToCapacityRatio'
    ? [required(path, 'must be specified when type is RequestedToCapacityRatio')]
    : [];
}

function validateShape(path: FieldPath, shape: Infer<typeof Shape>): FieldError[] {
  if (shape.length === 0) return [required(path, 'at least one point must be specified')];
  const falls = shape.findIndex(
    ({ utilization = 0 }, index) => index > 0 && (shape[index - 1]?.utilization ?? 0) >= utilization,
  );
  return [
    ...(falls < 0
      ? []
      : [
          invalid(
            path.index(falls).child('utilization'),
            shape[falls]?.utilization ?? 0,
            'values must be sorted in increasing order',
          ),
        ]),
    ...shape.flatMap(({ utilization = 0, score = 0 }, index) => [
      ...within(path.index(index).child('utilization'), utilization, [0, 100]),
      ...within(path.index(index).child('score'), score, [0, 10]),
    ]),
  ];
}

const ACTIONS = ['DoNotSchedule', 'ScheduleAnyway'];

function validateSpread(path: FieldPath, args: Infer<typeof TopologySpread>): FieldError[] {
  const { defaultConstraints = [], defaultingType = '' } = args;
  const typePath = path.child('defaultingType');
  const errors: FieldError[] = [];
  if (defaultingType !== 'System' && defaultingType !== 'List') {
    errors.push(notSupported(typePath, defaultingType, ['System', 'List']));
  } else if (defaultingType === 'System' && defaultConstraints.length > 0) {
    errors.push(invalid(typePath, defaultingType, 'when .defaultConstraints are not empty'));
  }
  for (const [index, { maxSkew, topologyKey, whenUnsatisfiable, labelSelector }] of defaultConstraints.entries()) {
    const at = path.child('defaultConstraints').index(index);
    if (!(maxSkew > 0)) errors.push(invalid(at.child('maxSkew'), maxSkew ?? 0, 'not in valid range (0, inf)'));
    if (!topologyKey) errors.push(required(at.child('topologyKey'), 'can not be empty'));
    else errors.push(...checkText(at.child('topologyKey'), topologyKey, isQualifiedName));
    if (!whenUnsatisfiable) errors.push(required(at.child('whenUnsatisfiable'), 'can not be empty'));
    else if (!ACTIONS.includes(whenUnsatisfiable)) {
      errors.push(notSupported(at.child('whenUnsatisfiable'), whenUnsatisfiable, ACTIONS));
    }
    if (labelSelector) {
      errors.push(
        forbidden(at.child('labelSelector'), 'constraint must not define a selector, as they deduced for each pod'),
      );
    }
    const isRepeated = defaultConstraints
      .slice(0, index)
      .some((other) => other.topologyKey === topologyKey && other.whenUnsatisfiable === whenUnsatisfiable);
    if (isRepeated) errors.push(duplicate(at, `{${topologyKey}, ${whenUnsatisfiable}}`));
  }
  return errors;
}

function validateVolumeBinding(path: FieldPath, { bindTimeoutSeconds }: Infer<typeof VolumeBinding>): FieldError[] {
  const seconds = bindTimeoutSeconds ?? 0;
  return seconds < 0
    ? [invalid(path.child('bindTimeoutSeconds'), seconds, 'invalid BindTimeoutSeconds, should not be a negative value')]
    : [];
}
