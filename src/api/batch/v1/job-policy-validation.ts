import { checkEach, checkText, nonNegative, optionalOneOf } from '#api/checks.ts';
import { append } from '#base/append.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  invalidWithoutValue,
  required,
  tooMany,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { parseJobIndexes } from './job-indexes.ts';
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
} from './job-spec.ts';

const MOST_RULES = 20;
const MOST_EXIT_CODES = 255;
const MOST_PATTERNS = 20;

export function validatePodFailurePolicy(spec: JobSpec, field: FieldPath): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? [];
  const at = field.child('rules');
  if (rules.length > MOST_RULES) return [tooMany(at, rules.length, MOST_RULES)];
  return checkEach(rules, at, (rule, place) => validateRule(rule, place, spec));
}

function validateRule(rule: PodFailurePolicyRule, field: FieldPath, spec: JobSpec): FieldError[] {
  const { action, onExitCodes, onPodConditions = [] } = rule;
  const perIndex = spec.backoffLimitPerIndex !== undefined;
  const errors: FieldError[] = [];
  if (action === 'FailIndex' && !perIndex) {
    errors.push(invalid(field.child('action'), action, 'requires the backoffLimitPerIndex to be set'));
  }
  append(errors, oneOf(field.child('action'), action, ['Count', 'FailIndex', 'FailJob', 'Ignore']));
  if (onExitCodes !== undefined) append(errors, validateExitCodes(onExitCodes, field.child('onExitCodes'), spec));
  const conditions = field.child('onPodConditions');
  if (onPodConditions.length > MOST_PATTERNS) {
    errors.push(tooMany(conditions, onPodConditions.length, MOST_PATTERNS));
  } else append(errors, checkEach(onPodConditions, conditions, validatePattern));
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    errors.push(invalidWithoutValue(field, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    errors.push(invalidWithoutValue(field, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

function validateExitCodes(
  { operator, values, containerName }: PodFailurePolicyOnExitCodesRequirement,
  field: FieldPath,
  { template }: JobSpec,
): FieldError[] {
  const errors = oneOf(field.child('operator'), operator, ['In', 'NotIn']);
  if (containerName !== undefined) {
    const containers = [...(template.spec?.containers ?? []), ...(template.spec?.initContainers ?? [])];
    if (!containers.some(({ name }) => name === containerName)) {
      const detail = 'must be one of the container or initContainer names in the pod template';
      errors.push(invalid(field.child('containerName'), containerName, detail));
    }
  }
  const at = field.child('values');
  if (values.length === 0) return [...errors, invalid(at, values, 'at least one value is required')];
  if (values.length > MOST_EXIT_CODES) return [...errors, tooMany(at, values.length, MOST_EXIT_CODES)];
  const ordered = values.every((value, position) => position === 0 || (values[position - 1] as number) <= value);
  if (!ordered) errors.push(invalid(at, values, 'must be ordered'));
  const seen = new Set<number>();
  for (const [position, value] of values.entries()) {
    const place = at.index(position);
    if (operator === 'In' && value === 0) errors.push(invalid(place, value, 'must not be 0 for the In operator'));
    if (seen.has(value)) errors.push(duplicate(place, value));
    seen.add(value);
  }
  return errors;
}

const validatePattern = ({ type, status }: PodFailurePolicyOnPodConditionsPattern, field: FieldPath): FieldError[] => [
  ...checkText(field.child('type'), type, isQualifiedName),
  ...oneOf(field.child('status'), status, ['False', 'True', 'Unknown']),
];

/** One of a few texts; who gives none is told which. */
const oneOf = (field: FieldPath, value: string | undefined, supported: readonly string[]): FieldError[] =>
  value
    ? optionalOneOf(field, value, supported)
    : [required(field, `valid values: [${supported.map((each) => JSON.stringify(each)).join(' ')}]`)];

export function validateSuccessPolicy(spec: JobSpec, field: FieldPath): FieldError[] {
  const rules = spec.successPolicy?.rules ?? [];
  const at = field.child('rules');
  if (spec.completionMode !== 'Indexed') {
    const shown = {
      Rules: rules.map((rule) => ({
        SucceededIndexes: rule.succeededIndexes ?? null,
        SucceededCount: rule.succeededCount ?? null,
      })),
    };
    return [invalid(field, shown, 'requires indexed completion mode')];
  }
  if (rules.length === 0)
    return [required(at, 'at least one rules must be specified when the successPolicy is specified')];
  if (rules.length > MOST_RULES) return [tooMany(at, rules.length, MOST_RULES)];
  return checkEach(rules, at, ({ succeededCount, succeededIndexes }, place) => {
    if (succeededCount === undefined && succeededIndexes === undefined) {
      return [required(place, 'at least one of succeededCount or succeededIndexes must be specified')];
    }
    const errors: FieldError[] = [];
    const { completions = 0 } = spec;
    const count = place.child('succeededCount');
    const indexes = parseJobIndexes(succeededIndexes ?? '', completions);
    if ('error' in indexes) {
      const detail = `error parsing succeededIndexes: ${indexes.error}`;
      errors.push(invalid(place.child('succeededIndexes'), succeededIndexes, detail));
    }
    if (succeededCount === undefined) return errors;
    append(errors, nonNegative(count, succeededCount));
    const most = (limit: number, what: string) => {
      if (succeededCount > limit)
        errors.push(invalid(count, succeededCount, `must be less than or equal to ${limit} (the number of ${what})`));
    };
    most(completions, 'specified completions');
    if (succeededIndexes !== undefined)
      most('error' in indexes ? 0 : indexes.total, 'indexes in the specified succeededIndexes field');
    return errors;
  });
}
