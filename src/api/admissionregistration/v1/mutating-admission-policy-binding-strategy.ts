import type { Strategy } from '#api/resource-definition.ts';
import { applyMatchDefaults } from './admission-defaults.ts';
import type { MutatingAdmissionPolicyBinding } from './mutating-admission-policy-binding.ts';
import { validateMutatingAdmissionPolicyBinding } from './policy-binding-validation.ts';
import { staticNameWarnings } from './static-name-warnings.ts';

export const mutatingAdmissionPolicyBindingStrategy: Strategy<MutatingAdmissionPolicyBinding> = {
  hasGeneration: true,
  warn: staticNameWarnings,
  requireResourceVersionOnUpdate: true,
  applyDefaults: ({ spec }) => applyMatchDefaults(spec?.matchResources),
  validate: validateMutatingAdmissionPolicyBinding,
};
