import { checkEach, optionalOneOf, requireOneOf, requireText } from '#api/checks.ts';
import { type FieldError, FieldPath, invalid, notSupported, required } from '#machinery/errors/field-error.ts';
import {
  validateMatchConditions,
  validateMatchResources,
  validateParamKind,
  validateParamRef,
  validateVariables,
} from './match-validation.ts';
import type { MutatingAdmissionPolicy } from './mutating-admission-policy.ts';
import type { MutatingAdmissionPolicyBinding } from './mutating-admission-policy-binding.ts';
import type { ValidatingAdmissionPolicy } from './validating-admission-policy.ts';
import type { ValidatingAdmissionPolicyBinding } from './validating-admission-policy-binding.ts';

const SPEC = new FieldPath('spec');

type PolicySpec = NonNullable<ValidatingAdmissionPolicy['spec'] | MutatingAdmissionPolicy['spec']>;
type BindingSpec = NonNullable<ValidatingAdmissionPolicyBinding['spec'] | MutatingAdmissionPolicyBinding['spec']>;

const validatePolicy = (spec: PolicySpec): FieldError[] => [
  ...optionalOneOf(SPEC.child('failurePolicy'), spec.failurePolicy, ['Fail', 'Ignore']),
  ...(spec.paramKind ? validateParamKind(spec.paramKind, SPEC.child('paramKind')) : []),
  ...validateMatchResources(spec.matchConstraints, SPEC.child('matchConstraints'), { required: true }),
  ...validateMatchConditions(spec.matchConditions, SPEC.child('matchConditions')),
  ...validateVariables(spec.variables, SPEC.child('variables')),
];

export function validateValidatingAdmissionPolicy({ spec = {} }: ValidatingAdmissionPolicy): FieldError[] {
  const { validations = [], auditAnnotations = [] } = spec;
  const errors = validatePolicy(spec);
  if (validations.length === 0 && auditAnnotations.length === 0) {
    const detail = 'validations or auditAnnotations must contain at least one item';
    errors.push(required(SPEC.child('validations'), detail));
    errors.push(required(SPEC.child('auditAnnotations'), detail));
  }
  errors.push(
    ...checkEach(validations, SPEC.child('validations'), ({ expression, message }, at) => [
      ...(expression.trim() ? [] : [required(at.child('expression'), 'expression is not specified')]),
      ...(message?.includes('\n')
        ? [invalid(at.child('message'), message, 'message must not contain line breaks')]
        : []),
    ]),
  );
  return [
    ...errors,
    ...checkEach(auditAnnotations, SPEC.child('auditAnnotations'), ({ key, valueExpression }, at) => [
      ...requireText(at.child('key'), key),
      ...(valueExpression.trim() ? [] : [required(at.child('valueExpression'), 'valueExpression is not specified')]),
    ]),
  ];
}

export function validateMutatingAdmissionPolicy({ spec = {} }: MutatingAdmissionPolicy): FieldError[] {
  const { mutations = [], reinvocationPolicy } = spec;
  const at = SPEC.child('mutations');
  return [
    ...validatePolicy(spec),
    ...(mutations.length === 0 ? [required(at, 'mutations must contain at least one item')] : []),
    ...checkEach(mutations, at, ({ patchType, applyConfiguration, jsonPatch }, place) => {
      const errors = requireOneOf(place.child('patchType'), patchType, ['ApplyConfiguration', 'JSONPatch']);
      if (patchType === 'ApplyConfiguration' && !applyConfiguration?.expression?.trim()) {
        errors.push(required(place.child('applyConfiguration', 'expression'), 'expression is not specified'));
      }
      if (patchType === 'JSONPatch' && !jsonPatch?.expression?.trim()) {
        errors.push(required(place.child('jsonPatch', 'expression'), 'expression is not specified'));
      }
      return errors;
    }),
    ...requireOneOf(SPEC.child('reinvocationPolicy'), reinvocationPolicy, ['IfNeeded', 'Never']),
  ];
}

const validateBinding = (spec: BindingSpec): FieldError[] => [
  ...requireText(SPEC.child('policyName'), spec.policyName),
  ...(spec.paramRef ? validateParamRef(spec.paramRef, SPEC.child('paramRef')) : []),
  ...validateMatchResources(spec.matchResources, SPEC.child('matchResources'), { required: false }),
];

const ACTIONS = ['Audit', 'Deny', 'Warn'];

export function validateValidatingAdmissionPolicyBinding({
  spec = {},
}: ValidatingAdmissionPolicyBinding): FieldError[] {
  const actions = spec.validationActions ?? [];
  const at = SPEC.child('validationActions');
  const errors = validateBinding(spec);
  if (actions.length === 0) errors.push(required(at));
  errors.push(
    ...checkEach(actions, at, (action, place) =>
      ACTIONS.includes(action) ? [] : [notSupported(place, action, ACTIONS)],
    ),
  );
  if (actions.includes('Deny') && actions.includes('Warn')) {
    const detail =
      'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';
    errors.push(invalid(at, actions, detail));
  }
  return errors;
}

export const validateMutatingAdmissionPolicyBinding = ({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] =>
  validateBinding(spec);
