import { checkText } from '#api/checks.ts';
import { validateTaints } from '#api/core/v1/node-validation.ts';
import { validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import { parseQuantity } from '#machinery/quantity/parse-quantity.ts';
import { NAME_PREFIX, type SimulatedNodeGroup } from './node-group.ts';
import type { SimulationConfiguration } from './simulation.ts';
import type { PodOutcome, PodPhase, PodSelector, PodStage } from './stage.ts';
import { isUsage, type PodUsage } from './usage.ts';

const PHASES: readonly PodPhase[] = ['Pending', 'Running', 'Ready', 'Succeeded', 'Failed', 'Terminating'];
const OUTCOMES: readonly PodOutcome[] = ['Running', 'Ready', 'Succeeded', 'Failed', 'Restarted', 'Deleted'];
const RESTART_POLICIES: readonly string[] = ['Always', 'OnFailure', 'Never'];

/** What people have written of something may lack anything, whatever the types say. */
type Written<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** Somebody's program asks for a simulation that cannot be. */
export class SimulationError extends Error {
  override readonly name = 'SimulationError';
}

/** Throws a `SimulationError` that names the field of all that is wrong. */
export function checkSimulation({ nodes = [], stages = [], usages = [] }: SimulationConfiguration): void {
  const errors = [
    ...validateParts({ nodes, stages, usages }),
    ...stages.flatMap((stage, index) => validateTimes(stage, STAGES.index(index))),
    ...validateEnds(
      stages.map((stage: Written<PodStage>, index) => {
        const { delayMs, jitterMs = 0 } = stage;
        const takesTime = delayMs === undefined || delayMs > 0 || jitterMs > 0;
        return { stage, takesTime, delay: STAGES.index(index).child('delayMs') };
      }),
    ),
  ];
  if (errors.length === 0) return;
  throw new SimulationError(
    `simulate cluster: ${errors.map(({ field, message }) => `${field}: ${message}`).join(', ')}`,
  );
}

const NODES = new FieldPath('nodes');
const STAGES = new FieldPath('stages');
const USAGES = new FieldPath('usages');

/** What is wrong, but for the times of stages, which files and programs write in different ways. */
export function validateParts({
  nodes,
  stages,
  usages,
}: {
  readonly nodes: readonly Written<SimulatedNodeGroup>[];
  readonly stages: readonly WrittenStage[];
  readonly usages: readonly WrittenUsage[];
}): FieldError[] {
  return [
    ...nodes.flatMap((group, index) => validateGroup(group, NODES.index(index))),
    ...stages.flatMap((stage, index) => ofStage(stage, validateStage(stage, STAGES.index(index)))),
    ...usages.flatMap((usage, index) => validateUsage(usage, USAGES.index(index))),
  ];
}

function validateGroup(group: Written<SimulatedNodeGroup>, at: FieldPath): FieldError[] {
  const { count = 0, namePrefix = NAME_PREFIX, labels, taints, region = '', zones = [], resources = {} } = group;
  const errors: FieldError[] = [];
  if (!(Number.isInteger(count) && count >= 1))
    errors.push(invalid(at.child('count'), count, 'must be greater than zero'));
  errors.push(...checkText(at.child('namePrefix'), namePrefix, (prefix) => isDNS1123Subdomain(`${prefix}0`)));
  for (const name of ['cpu', 'memory', 'pods'] as const) errors.push(...validateAmount(group[name], at.child(name)));
  for (const [name, value] of Object.entries(resources)) {
    const field = at.child('resources').key(name);
    errors.push(...checkText(field, name, isQualifiedName), ...validateAmount(value, field));
  }
  errors.push(...validateLabels(labels, at.child('labels')), ...validateTaints(taints, at.child('taints')));
  errors.push(...checkText(at.child('region'), region, isValidLabelValue));
  for (const [index, zone] of zones.entries())
    errors.push(...checkText(at.child('zones').index(index), zone, isValidLabelValue));
  return errors;
}

function validateAmount(value: string | undefined, at: FieldPath): FieldError[] {
  if (value === undefined) return [];
  const negative = () => [invalid(at, value, 'must be greater than or equal to 0')];
  return readable(value, at, (text) => (parseQuantity(text).sign < 0 ? negative() : []));
}

/** What a text says, or why it cannot be read. */
export function readable(value: string, at: FieldPath, read: (text: string) => FieldError[]): FieldError[] {
  try {
    return read(value);
  } catch (error) {
    return [invalid(at, value, (error as Error).message)];
  }
}

type WrittenSelector = Written<PodSelector>;
type WrittenUsage = Written<Omit<PodUsage, 'when'>> & { readonly when?: WrittenSelector | undefined };

/** A stage but for its times. */
type WrittenStage = {
  readonly name?: string | undefined;
  readonly when?:
    | (WrittenSelector & {
        readonly phase?: string | undefined;
        readonly nodeLabels?: PodSelector['labels'] | undefined;
      })
    | undefined;
  readonly next?: string | undefined;
} & Written<Pick<PodStage, 'probability' | 'exitCode'>>;

function validateUsage({ when, cpu, memory }: WrittenUsage, at: FieldPath): FieldError[] {
  const check = (value: string | undefined, field: FieldPath) =>
    value === undefined || isUsage(value) ? [] : [invalid(field, value, 'must be a quantity or a percentage')];
  return [
    ...validateSelector(when, at.child('when')),
    ...check(cpu, at.child('cpu')),
    ...check(memory, at.child('memory')),
  ];
}

function validateStage({ name, when, probability, exitCode, next }: WrittenStage, at: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(at.child('name')));
  errors.push(...oneOf(when?.phase, PHASES, at.child('when', 'phase')), ...validateSelector(when, at.child('when')));
  errors.push(...validateLabels(when?.nodeLabels, at.child('when', 'nodeLabels')));
  errors.push(...oneOf(next, OUTCOMES, at.child('next')));
  if (probability !== undefined && !(probability >= 0 && probability <= 1))
    errors.push(invalid(at.child('probability'), probability, 'must be between 0 and 1, inclusive'));
  if (exitCode !== undefined && !(Number.isInteger(exitCode) && exitCode >= 0 && exitCode <= 255))
    errors.push(invalid(at.child('exitCode'), exitCode, 'must be between 0 and 255, inclusive'));
  return errors;
}

function validateSelector({ labels, restartPolicies = [] }: WrittenSelector = {}, at: FieldPath): FieldError[] {
  return [
    ...validateLabels(labels, at.child('labels')),
    ...restartPolicies.flatMap((policy, index) =>
      oneOf(policy, RESTART_POLICIES, at.child('restartPolicies').index(index)),
    ),
  ];
}

/** Whoever has many stages finds one by its name. */
export const ofStage = ({ name }: WrittenStage, errors: readonly FieldError[]): FieldError[] =>
  errors.map((error) => (name ? { ...error, message: `${error.message} (stage ${JSON.stringify(name)})` } : error));

/**
 * Stages that all pods take, that lead back to where they began and take no time would go on for ever while time stands still.
 * `stages` with whether each takes time, and where that stands.
 */
export const validateEnds = (stages: readonly TimedStage[]): FieldError[] =>
  stages.filter(isInstant).flatMap(({ stage, delay }) => {
    const { when, next } = stage;
    if (when?.phase === 'Running' && next === 'Restarted') {
      return ofStage(stage, [required(delay, 'containers would be started anew without end')]);
    }
    const leadsBack = when?.phase === 'Ready' && (next === 'Restarted' || next === 'Running');
    const comesBack = stages.some(
      (other) =>
        isInstant(other) &&
        other.stage.when?.phase === 'Running' &&
        other.stage.next === 'Ready' &&
        isForSame(when, other.stage.when),
    );
    return leadsBack && comesBack
      ? ofStage(stage, [required(delay, 'pods would become ready and unready without end')])
      : [];
  });

export interface TimedStage {
  readonly stage: WrittenStage;
  readonly takesTime: boolean;
  readonly delay: FieldPath;
}

const isInstant = ({ stage: { probability = 1 }, takesTime }: TimedStage): boolean => probability >= 1 && !takesTime;

/** Whether stages are for the same pods, as far as can be told: by the same words, or because one is for all. */
function isForSame(a: WrittenStage['when'], b: WrittenStage['when']): boolean {
  const { phase: _, ...one } = a ?? {};
  const { phase: __, ...other } = b ?? {};
  return Object.keys(one).length === 0 || Object.keys(other).length === 0 || deepEqual(one, other);
}

function validateTimes(stage: Written<PodStage>, at: FieldPath): FieldError[] {
  const { delayMs, jitterMs = 0 } = stage;
  const times = { ...(delayMs === undefined ? {} : { delayMs }), jitterMs };
  const wrong = Object.entries(times).flatMap(([name, value]) =>
    Number.isFinite(value) && value >= 0 ? [] : [invalid(at.child(name), value, 'must be milliseconds')],
  );
  const missing = delayMs === undefined ? [required(at.child('delayMs'))] : [];
  return ofStage(stage, [...missing, ...wrong]);
}

function oneOf(value: string | undefined, allowed: readonly string[], at: FieldPath): FieldError[] {
  if (!value) return [required(at)];
  return allowed.includes(value) ? [] : [notSupported(at, value, allowed)];
}
