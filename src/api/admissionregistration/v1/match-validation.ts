import { checkEach, optionalOneOf, requireText } from '#api/checks.ts';
import { validateLabelSelector } from '#api/meta/v1/label-selector-validation.ts';
import { BOOL } from '#machinery/cel/types.ts';
import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  invalid,
  required,
  tooMany,
} from '#machinery/errors/field-error.ts';
import { isCIdentifier } from '#machinery/names/key.ts';
import { isQualifiedName } from '#machinery/names/label.ts';
import { ADMISSION_ENVIRONMENT, compileFor } from './admission-environment.ts';
import type { MatchCondition, MatchResources, ParamKind, ParamRef, Variable } from './match-resources.ts';
import { validateRule } from './rule-validation.ts';

const MOST_CONDITIONS = 64;

export function validateMatchConditions(
  conditions: readonly MatchCondition[] | undefined,
  field: FieldPath,
): FieldError[] {
  const names = new Set<string>();
  const errors: FieldError[] = [];
  const count = conditions?.length ?? 0;
  if (count > MOST_CONDITIONS) errors.push(tooMany(field, count, MOST_CONDITIONS));
  return [
    ...errors,
    ...checkEach(conditions, field, ({ name, expression }, at) => {
      const problems = [
        ...validateCondition(expression, at.child('expression')),
        ...requireText(at.child('name'), name, isQualifiedName),
      ];
      if (name && names.has(name)) problems.push(duplicate(at.child('name'), name));
      names.add(name);
      return problems;
    }),
  ];
}

/** A condition is an expression that is true or false. */
function validateCondition(expression: string, field: FieldPath): FieldError[] {
  if (expression.trim() === '') return [required(field)];
  const { issues } = compileFor(expression, ADMISSION_ENVIRONMENT, BOOL);
  return issues === undefined ? [] : [invalid(field, expression, issues)];
}

/** Which requests a policy is about; `required` where it must say so itself. */
export function validateMatchResources(
  match: MatchResources | undefined,
  field: FieldPath,
  options: { readonly required: boolean },
): FieldError[] {
  if (match === undefined) return options.required ? [required(field)] : [];
  const { resourceRules = [], excludeResourceRules } = match;
  return [
    ...validateLabelSelector(match.namespaceSelector, field.child('namespaceSelector')),
    ...validateLabelSelector(match.objectSelector, field.child('objectSelector')),
    ...checkEach(resourceRules, field.child('resourceRules'), validateRule),
    ...checkEach(excludeResourceRules, field.child('excludeResourceRules'), validateRule),
    ...optionalOneOf(field.child('matchPolicy'), match.matchPolicy, ['Equivalent', 'Exact']),
    ...(options.required && resourceRules.length === 0 ? [required(field.child('resourceRules'))] : []),
  ];
}

export function validateParamKind({ apiVersion, kind }: ParamKind, field: FieldPath): FieldError[] {
  return [...requireText(field.child('apiVersion'), apiVersion), ...requireText(field.child('kind'), kind)];
}

export function validateParamRef(reference: ParamRef, field: FieldPath): FieldError[] {
  const { name, selector, parameterNotFoundAction } = reference;
  const errors: FieldError[] = [];
  if (name && selector) {
    errors.push(forbidden(field.child('name'), 'name and selector are mutually exclusive'));
    errors.push(forbidden(field.child('selector'), 'name and selector are mutually exclusive'));
  }
  if (!name && !selector) errors.push(required(field, 'one of name or selector must be specified'));
  errors.push(...validateLabelSelector(selector, field.child('selector')));
  const at = field.child('parameterNotFoundAction');
  if (parameterNotFoundAction === undefined) return [...errors, required(at)];
  return [...errors, ...optionalOneOf(at, parameterNotFoundAction, ['Deny', 'Allow'])];
}

export function validateVariables(variables: readonly Variable[] | undefined, field: FieldPath): FieldError[] {
  const names = new Set<string>();
  return checkEach(variables, field, ({ name, expression }, at) => {
    if (!name) return [required(at.child('name'), 'name is not specified')];
    const errors = isCIdentifier(name).map(() => invalid(at.child('name'), name, 'name is not a valid CEL identifier'));
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    if (!expression.trim()) errors.push(required(at.child('expression'), 'expression is not specified'));
    return errors;
  });
}
