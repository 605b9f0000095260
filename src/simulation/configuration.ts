import { Taint } from '#api/core/v1/affinity.ts';
import { readConfigFile } from '#machinery/codec/config-file.ts';
import { type FieldError, FieldPath, invalid } from '#machinery/errors/field-error.ts';
import { parseDuration } from '#machinery/objects/duration.ts';
import { double, type Infer, int32, list, map, message, opt, ptr, quantity, string } from '#machinery/schema/schema.ts';
import type { SimulatedNodeGroup } from './node-group.ts';
import type { SimulationConfiguration } from './simulation.ts';
import type { PodOutcome, PodStage } from './stage.ts';
import type { PodUsage } from './usage.ts';
import { ofStage, readable, validateEnds, validateParts } from './validation.ts';

const NodeGroup = message('dev.knarr.simulation.NodeGroup', {
  count: opt(1, int32),
  namePrefix: opt(2, string),
  cpu: ptr(3, quantity),
  memory: ptr(4, quantity),
  pods: ptr(5, quantity),
  resources: opt(6, map(quantity)),
  labels: opt(7, map(string)),
  taints: opt(8, list(Taint)),
  region: opt(9, string),
  zones: opt(10, list(string)),
});

const SELECTOR = {
  labels: opt(2, map(string)),
  namespaces: opt(3, list(string)),
  restartPolicies: opt(4, list(string)),
  ownerKinds: opt(5, list(string)),
} as const;

const When = message('dev.knarr.simulation.PodCondition', {
  phase: opt(1, string),
  ...SELECTOR,
  nodeLabels: opt(6, map(string)),
});

const Stage = message('dev.knarr.simulation.PodStage', {
  name: opt(1, string),
  when: ptr(2, When),
  delay: opt(3, string),
  jitter: opt(4, string),
  probability: ptr(5, double),
  next: opt(6, string),
  exitCode: ptr(7, int32),
  reason: opt(8, string),
  message: opt(9, string),
  log: opt(10, string),
  podReason: opt(11, string),
});

const Usage = message('dev.knarr.simulation.PodUsage', {
  when: ptr(1, message('dev.knarr.simulation.PodSelector', SELECTOR)),
  cpu: opt(2, string),
  memory: opt(3, string),
});

const SimulationFile = message('dev.knarr.simulation.SimulationConfiguration', {
  kind: opt(0, string),
  apiVersion: opt(0, string),
  nodes: opt(1, list(NodeGroup)),
  stages: opt(2, list(Stage)),
  usages: opt(3, list(Usage)),
});
type SimulationFile = Infer<typeof SimulationFile>;
type StageInFile = Infer<typeof Stage>;

/** Reads a file of kind SimulationConfiguration. Throws a `ConfigFileError` with the paths of what is wrong. */
export function readSimulationConfiguration(text: string): SimulationConfiguration {
  const {
    nodes = [],
    stages = [],
    usages = [],
  } = readConfigFile(text, SimulationFile, {
    apiVersions: ['simulation.knarr.dev/v1alpha1'],
    kind: 'SimulationConfiguration',
    validate,
  });
  return {
    nodes: nodes as readonly SimulatedNodeGroup[],
    stages: stages.map(stageOf),
    usages: usages as readonly PodUsage[],
  };
}

function stageOf({ when, delay, jitter, next, ...rest }: StageInFile): PodStage {
  return {
    ...rest,
    when: when as PodStage['when'],
    delayMs: milliseconds(delay),
    ...(jitter ? { jitterMs: milliseconds(jitter) } : {}),
    next: next as PodOutcome,
  } as PodStage;
}

const milliseconds = (text: string | undefined): number => (text ? parseDuration(text) : 0);

function validate({ nodes = [], stages = [], usages = [] }: SimulationFile): FieldError[] {
  return [
    ...validateParts({ nodes, stages, usages }),
    ...stages.flatMap((stage, index) => {
      const { delay, jitter } = stage;
      const at = new FieldPath('stages').index(index);
      return ofStage(stage, [
        ...validateDuration(delay, at.child('delay')),
        ...validateDuration(jitter, at.child('jitter')),
      ]);
    }),
    ...validateEnds(
      stages.map((stage, index) => ({
        stage,
        // What is no duration is told of above.
        takesTime: [stage.delay, stage.jitter].some((text) => text !== undefined && !/^[0.a-zµ]*$/.test(text)),
        delay: new FieldPath('stages').index(index).child('delay'),
      })),
    ),
  ];
}

function validateDuration(text: string | undefined, at: FieldPath): FieldError[] {
  if (!text) return [];
  const negative = () => [invalid(at, text, 'must be greater than or equal to 0')];
  return readable(text, at, () => (parseDuration(text) < 0 ? negative() : []));
}
