import { checkEach, requireOneOf } from '#api/checks.ts';
import type { Environment, FieldTypes } from '#machinery/cel/environment.ts';
import { isIdentifier } from '#machinery/cel/parser.ts';
import { DYN } from '#machinery/cel/types.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { deepEqual } from '#machinery/objects/deep-equal.ts';
import {
  ADMISSION_ENVIRONMENT,
  compileFor,
  PARAMETRIZED_ENVIRONMENT,
  variableType,
  withVariables,
} from './admission-environment.ts';
import { validateMatchConditions, validateMatchResources } from './match-validation.ts';
import type { MutatingAdmissionPolicy } from './mutating-admission-policy.ts';
import { validateParamKind } from './policy-params-validation.ts';
import type { ValidatingAdmissionPolicy } from './validating-admission-policy.ts';

type PolicySpec = NonNullable<ValidatingAdmissionPolicy['spec'] | MutatingAdmissionPolicy['spec']>;

const SPEC = new FieldPath('spec');

/** What every policy must be; conditions that were stored already are not looked at again. */
export const validatePolicy = (spec: PolicySpec, old: PolicySpec | undefined): FieldError[] => [
  ...requireOneOf(SPEC.child('failurePolicy'), spec.failurePolicy, ['Fail', 'Ignore']),
  ...(spec.paramKind ? validateParamKind(spec.paramKind, SPEC.child('paramKind')) : []),
  ...validateConstraints(spec, SPEC.child('matchConstraints')),
  ...(old && deepEqual(spec.paramKind, old.paramKind) && deepEqual(spec.matchConditions, old.matchConditions)
    ? []
    : validateMatchConditions(spec.matchConditions, SPEC.child('matchConditions'), environmentOf(spec))),
];

/** What a policy's expressions may speak of, but for its variables. */
export const environmentOf = ({ paramKind }: PolicySpec): Environment =>
  paramKind ? PARAMETRIZED_ENVIRONMENT : ADMISSION_ENVIRONMENT;

function validateConstraints({ matchConstraints }: PolicySpec, field: FieldPath): FieldError[] {
  if (matchConstraints === undefined) return [required(field)];
  return [
    ...validateMatchResources(matchConstraints, field),
    ...(matchConstraints.resourceRules?.length ? [] : [required(field.child('resourceRules'))]),
  ];
}

/** Checks variables, of which each may speak of those before it, and adds what they are to `types`. */
export function validateVariables(spec: PolicySpec, types: Record<string, FieldTypes[string]>): FieldError[] {
  return checkEach(spec.variables, SPEC.child('variables'), ({ name, expression }, at) => {
    const errors: FieldError[] = [];
    if (name.trim() === '') errors.push(required(at.child('name'), 'name is not specified'));
    else if (!isIdentifier(name)) {
      errors.push(invalid(at.child('name'), name, 'name is not a valid CEL identifier'));
    }
    if (expression.trim() === '') return [...errors, required(at.child('expression'), 'expression is not specified')];
    const { program, issues } = compileFor(expression, withVariables(environmentOf(spec), types));
    if (issues !== undefined) errors.push(invalid(at.child('expression'), expression, issues));
    types[name] = program === undefined ? DYN : variableType(program.type);
    return errors;
  });
}
