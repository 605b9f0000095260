import { Taint } from '#api/core/v1/affinity.ts';
import { readConfigFile } from '#machinery/codec/config-file.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { parseDuration } from '#machinery/objects/duration.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { double, type Infer, int32, list, map, message, opt, ptr, string } from '#machinery/schema/schema.ts';
import type { SimulatedNodeGroup } from './node-group.ts';
import type { SimulationConfiguration } from './simulation.ts';
import type { PodOutcome, PodPhase, PodStage } from './stage.ts';
import { isUsage, type PodUsage } from './usage.ts';

const NodeGroup = message('dev.knarr.simulation.NodeGroup', {
  count: opt(1, int32),
  namePrefix: opt(2, string),
  cpu: opt(3, string),
  memory: opt(4, string),
  pods: opt(5, string),
  resources: opt(6, map(string)),
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

const PHASES: readonly PodPhase[] = ['Pending', 'Running', 'Ready', 'Succeeded', 'Failed', 'Terminating'];
const OUTCOMES: readonly PodOutcome[] = ['Running', 'Ready', 'Succeeded', 'Failed', 'Restarted', 'Deleted'];

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
    ...nodes.flatMap((group, index) => validateGroup(group, new FieldPath('nodes').index(index))),
    ...stages.flatMap((stage, index) => validateStage(stage, new FieldPath('stages').index(index))),
    ...usages.flatMap((usage, index) => validateUsage(usage, new FieldPath('usages').index(index))),
  ];
}

function validateGroup({ count, cpu, memory, pods, resources }: Infer<typeof NodeGroup>, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (count === undefined || count < 1)
    errors.push(invalid(at.child('count'), count ?? 0, 'must be greater than zero'));
  const amounts = { cpu, memory, pods };
  for (const [name, value] of Object.entries(amounts)) errors.push(...validateAmount(value, at.child(name)));
  for (const [name, value] of Object.entries(resources ?? {}))
    errors.push(...validateAmount(value, at.child('resources').key(name)));
  return errors;
}

function validateAmount(value: string | undefined, at: FieldPath): FieldError[] {
  return value === undefined ? [] : readable(value, parseQuantity, at);
}

function validateUsage({ cpu, memory }: Infer<typeof Usage>, at: FieldPath): FieldError[] {
  const check = (value: string | undefined, field: FieldPath) =>
    value === undefined || isUsage(value) ? [] : [invalid(field, value, 'must be a quantity or a percentage')];
  return [...check(cpu, at.child('cpu')), ...check(memory, at.child('memory'))];
}

function validateStage({ name, when, delay, jitter, probability, next }: StageInFile, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (delay) errors.push(...readable(delay, parseDuration, at.child('delay')));
  if (jitter) errors.push(...readable(jitter, parseDuration, at.child('jitter')));
  if (!name) errors.push(required(at.child('name'), ''));
  errors.push(...oneOf(when?.phase, PHASES, at.child('when', 'phase')));
  errors.push(...oneOf(next, OUTCOMES, at.child('next')));
  if (probability !== undefined && !(probability >= 0 && probability <= 1))
    errors.push(invalid(at.child('probability'), probability, 'must be between 0 and 1, inclusive'));
  return errors;
}

function readable(value: string, parse: (text: string) => unknown, at: FieldPath): FieldError[] {
  try {
    parse(value);
    return [];
  } catch (error) {
    return [invalid(at, value, (error as Error).message)];
  }
}

function oneOf(value: string | undefined, allowed: readonly string[], at: FieldPath): FieldError[] {
  if (!value) return [required(at, '')];
  return allowed.includes(value) ? [] : [notSupported(at, value, allowed)];
}
