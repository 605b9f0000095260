import { checkEach, requireOneOf, requireText } from '#api/checks.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooMany,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
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
  errors.push(...requireOneOf(field.child('action'), action, ['Count', 'FailIndex', 'FailJob', 'Ignore']));
  if (onExitCodes !== undefined) errors.push(...validateExitCodes(onExitCodes, field.child('onExitCodes'), spec));
  const conditions = field.child('onPodConditions');
  if (onPodConditions.length > MOST_PATTERNS) {
    errors.push(tooMany(conditions, onPodConditions.length, MOST_PATTERNS));
  } else errors.push(...checkEach(onPodConditions, conditions, validatePattern));
  if (onExitCodes !== undefined && onPodConditions.length > 0) {
    errors.push(invalid(field, rule, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (onExitCodes === undefined && onPodConditions.length === 0) {
    errors.push(invalid(field, rule, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

function validateExitCodes(
  { operator, values, containerName }: PodFailurePolicyOnExitCodesRequirement,
  field: FieldPath,
  { template }: JobSpec,
): FieldError[] {
  const errors = requireOneOf(field.child('operator'), operator, ['In', 'NotIn']);
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
  ...requireText(field.child('type'), type, isQualifiedName),
  ...requireOneOf(field.child('status'), status, ['False', 'True', 'Unknown']),
];

export function validateSuccessPolicy(spec: JobSpec, field: FieldPath): FieldError[] {
  const rules = spec.successPolicy?.rules ?? [];
  const at = field.child('rules');
  if (spec.completionMode !== 'Indexed') {
    return [invalid(field, spec.successPolicy, 'requires indexed completion mode')];
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
    if (succeededCount !== undefined && succeededCount <= 0) {
      errors.push(invalid(count, succeededCount, 'must be greater than 0'));
    } else if (succeededCount !== undefined && succeededCount > completions) {
      const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
      errors.push(invalid(count, succeededCount, detail));
    }
    if (succeededIndexes !== undefined && !isIndexList(succeededIndexes, completions)) {
      const detail = 'error parsing succeededIndexes: must be increasing numbers and ranges below the completions';
      errors.push(invalid(place.child('succeededIndexes'), succeededIndexes, detail));
    }
    return errors;
  });
}

/** `1,3-5`: increasing numbers and ranges, all of them below `completions`. */
function isIndexList(text: string, completions: number): boolean {
  let last = -1;
  for (const part of text.split(',')) {
    const [, from, to = from] = /^([0-9]+)(?:-([0-9]+))?$/.exec(part) ?? [];
    if (from === undefined || Number(from) <= last || Number(to) < Number(from)) return false;
    last = Number(to);
  }
  return last < completions;
}
