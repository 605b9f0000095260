import { checkEach, checkText, requireOneOf, requireText } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import type { Environment } from '#machinery/cel/environment.ts';
import { BOOL } from '#machinery/cel/types.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  required,
  tooMany,
} from '#machinery/errors/field-error.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { isPathSegmentName } from '#machinery/names/path-segment.ts';
import { ADMISSION_ENVIRONMENT, compileFor } from './admission-environment.ts';
import type { MatchCondition, MatchResources, NamedRuleWithOperations } from './match-resources.ts';
import { validateRule } from './rule-validation.ts';

const MOST_CONDITIONS = 64;

export function validateMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  field: FieldPath,
  environment: Environment = ADMISSION_ENVIRONMENT,
): FieldError[] {
  const names = new Set<string>();
  const errors: FieldError[] = [];
  const count = conditions?.length ?? 0;
  if (count > MOST_CONDITIONS) errors.push(tooMany(field, count, MOST_CONDITIONS));
  return [
    ...errors,
    ...checkEach(conditions, field, ({ name, expression }, at) => {
      const problems = [
        ...validateCondition(expression.trim(), at.child('expression'), environment),
        ...requireText(at.child('name'), name, isQualifiedName),
      ];
      if (name && names.has(name)) problems.push(duplicate(at.child('name'), name));
      names.add(name);
      return problems;
    }),
  ];
}

/** A condition is an expression that is true or false. */
function validateCondition(expression: string, field: FieldPath, environment: Environment): FieldError[] {
  if (expression === '') return [required(field)];
  const { issues } = compileFor(expression, environment, BOOL);
  return issues === undefined ? [] : [invalid(field, expression, issues)];
}

/** Which requests a policy is about. Defaults have filled what may be left open. */
export const validateMatchResources = (match: MatchResources, field: FieldPath): FieldError[] => [
  ...requireOneOf(field.child('matchPolicy'), match.matchPolicy, ['Equivalent', 'Exact']),
  ...validateLabelSelector(match.namespaceSelector, field.child('namespaceSelector')),
  ...validateLabelSelector(match.objectSelector, field.child('objectSelector')),
  ...checkEach(match.resourceRules, field.child('resourceRules'), validateNamedRule),
  ...checkEach(match.excludeResourceRules, field.child('excludeResourceRules'), validateNamedRule),
];

function validateNamedRule(rule: NamedRuleWithOperations, field: FieldPath): FieldError[] {
  const names = new Set<string>();
  const errors = checkEach(rule.resourceNames, field.child('resourceNames'), (name, at) => {
    const problems = checkText(at, name, isPathSegmentName);
    if (names.has(name)) problems.push(duplicate(at, name));
    names.add(name);
    return problems;
  });
  return [...errors, ...validateRule(rule, field)];
}
