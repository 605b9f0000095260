import { checkText } from '#api/checks.ts';
import { validateTaints } from '#api/core/v1/node-validation.ts';
import { validateLabels } from '#api/meta/v1/object-meta-validation.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { isQualifiedName, isValidLabelValue } from '#machinery/names/label.ts';
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

/** A stage that leads where it begins takes its time, or time stands still. `takesTime` is whether it has a delay. */
export function validateEnd(
  { when, probability = 1, next }: WrittenStage,
  takesTime: boolean,
  delay: FieldPath,
): FieldError[] {
  const isEndless = when?.phase === 'Running' && next === 'Restarted' && probability >= 1 && !takesTime;
  return isEndless ? [required(delay, 'containers would be started anew without end')] : [];
}

function validateTimes(stage: Written<PodStage>, at: FieldPath): FieldError[] {
  const { delayMs, jitterMs = 0 } = stage;
  const times = { ...(delayMs === undefined ? {} : { delayMs }), jitterMs };
  const wrong = Object.entries(times).flatMap(([name, value]) =>
    Number.isFinite(value) && value >= 0 ? [] : [invalid(at.child(name), value, 'must be milliseconds')],
  );
  const missing = delayMs === undefined ? [required(at.child('delayMs'))] : [];
  const takesTime = delayMs === undefined || delayMs > 0 || jitterMs > 0;
  return ofStage(stage, [...missing, ...wrong, ...validateEnd(stage, takesTime, at.child('delayMs'))]);
}

function oneOf(value: string | undefined, allowed: readonly string[], at: FieldPath): FieldError[] {
  if (!value) return [required(at)];
  return allowed.includes(value) ? [] : [notSupported(at, value, allowed)];
}
