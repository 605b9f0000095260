import { checkEach, requireOneOf } from '#api/checks.ts';
import { type FieldError, FieldPath, required } from '#machinery/errors/field-error.ts';
import type { MutatingAdmissionPolicy } from './mutating-admission-policy.ts';
import { validatePolicy, validateVariables } from './policy-validation.ts';

const SPEC = new FieldPath('spec');

/** The rules of a policy that changes objects; the changes' own expressions are only asked to be there. */
export function validateMutatingAdmissionPolicy(
  { spec = {} }: MutatingAdmissionPolicy,
  old?: MutatingAdmissionPolicy,
): FieldError[] {
  const { mutations = [], reinvocationPolicy } = spec;
  const at = SPEC.child('mutations');
  return [
    ...validatePolicy(spec, old?.spec),
    ...validateVariables(spec, {}),
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
