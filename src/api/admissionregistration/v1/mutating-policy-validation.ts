import { checkEach, requireOneOf } from '#api/checks.ts';
import type { Environment } from '#machinery/cel/environment.ts';
import { JSON_PATCH } from '#machinery/cel/library/json-patches.ts';
import { type CelType, listOf } from '#machinery/cel/types.ts';
import { type FieldError, FieldPath, invalid, required } from '#machinery/errors/field-error.ts';
import { APPLIED, compileFor, withChanges, withVariables } from './admission-environment.ts';
import type { MutatingAdmissionPolicy, Mutation } from './mutating-admission-policy.ts';
import { environmentOf, validatePolicy, validateVariables } from './policy-validation.ts';

const SPEC = new FieldPath('spec');

/** The rules of a policy that changes objects; on updates with the policy that was stored. */
export function validateMutatingAdmissionPolicy(
  { spec = {} }: MutatingAdmissionPolicy,
  old?: MutatingAdmissionPolicy,
): FieldError[] {
  const { mutations = [], reinvocationPolicy } = spec;
  const at = SPEC.child('mutations');
  const types: Record<string, CelType> = {};
  const errors = [...validatePolicy(spec, old?.spec), ...validateVariables(spec, types)];
  const known = spec.variables?.length ? withVariables(environmentOf(spec), types) : environmentOf(spec);
  const environment = withChanges(known);
  return [
    ...errors,
    ...(mutations.length === 0 ? [required(at, 'mutations must contain at least one item')] : []),
    ...checkEach(mutations, at, (mutation, place) => validateMutation(mutation, place, environment)),
    ...requireOneOf(SPEC.child('reinvocationPolicy'), reinvocationPolicy, ['IfNeeded', 'Never']),
  ];
}

function validateMutation(mutation: Mutation, field: FieldPath, environment: Environment): FieldError[] {
  const { patchType, applyConfiguration, jsonPatch } = mutation;
  const check = (part: string, text: string | undefined, wanted: CelType) => {
    const at = field.child(part, 'expression');
    const expression = text?.trim() ?? '';
    if (expression === '') return [required(at, 'expression is not specified')];
    const { issues } = compileFor(expression, environment, wanted);
    return issues === undefined ? [] : [invalid(at, expression, issues)];
  };
  switch (patchType) {
    case 'ApplyConfiguration':
      return check('applyConfiguration', applyConfiguration?.expression, APPLIED);
    case 'JSONPatch':
      return check('jsonPatch', jsonPatch?.expression, listOf(JSON_PATCH));
    default:
      return requireOneOf(field.child('patchType'), patchType, ['ApplyConfiguration', 'JSONPatch']);
  }
}
