import { checkEach, requireText } from '#api/checks.ts';
import {
  duplicate,
  type FieldError,
  FieldPath,
  invalid,
  notSupported,
  required,
} from '#machinery/errors/field-error.ts';
import { isDNS1123Subdomain } from '#machinery/names/dns.ts';
import { validateMatchResources } from './match-validation.ts';
import type { MutatingAdmissionPolicyBinding } from './mutating-admission-policy-binding.ts';
import { validateParamRef } from './policy-params-validation.ts';
import type { ValidatingAdmissionPolicyBinding } from './validating-admission-policy-binding.ts';

type BindingSpec = NonNullable<ValidatingAdmissionPolicyBinding['spec'] | MutatingAdmissionPolicyBinding['spec']>;

const SPEC = new FieldPath('spec');
const ACTIONS = ['Audit', 'Deny', 'Warn'];
const DENY_AND_WARN =
  'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)';

const validateBinding = ({ policyName, paramRef, matchResources }: BindingSpec, match: string): FieldError[] => [
  ...requireText(SPEC.child('policyName'), policyName, isDNS1123Subdomain),
  ...(paramRef === undefined ? [] : validateParamRef(paramRef, SPEC.child('paramRef'))),
  ...(matchResources === undefined ? [] : validateMatchResources(matchResources, SPEC.child(match))),
];

/** The field of the requests is spelled as clients have always seen it. */
export const validateValidatingAdmissionPolicyBinding = ({
  spec = {},
}: ValidatingAdmissionPolicyBinding): FieldError[] => [
  ...validateBinding(spec, 'matchResources'),
  ...validateActions(spec.validationActions ?? [], SPEC.child('validationActions')),
];

export const validateMutatingAdmissionPolicyBinding = ({ spec = {} }: MutatingAdmissionPolicyBinding): FieldError[] =>
  validateBinding(spec, 'matchResources');

/** What becomes of a request that a policy is against. */
function validateActions(actions: readonly string[], field: FieldPath): FieldError[] {
  const seen = new Set<string>();
  const errors = checkEach(actions, field, (action, at) => {
    const problems = ACTIONS.includes(action) ? [] : [notSupported(at, action, ACTIONS)];
    if (seen.has(action)) problems.push(duplicate(at, action));
    seen.add(action);
    return problems;
  });
  if (seen.has('Deny') && seen.has('Warn')) errors.push(invalid(field, actions, DENY_AND_WARN));
  if (actions.length === 0) errors.push(required(field, 'at least one validation action is required'));
  return errors;
}
