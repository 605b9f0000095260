import type { Strategy } from '#api/resource-definition.ts';
import { applyMatchDefaults } from './admission-defaults.ts';
import { validateValidatingAdmissionPolicyBinding } from './policy-binding-validation.ts';
import { staticNameWarnings } from './static-name-warnings.ts';
import type { ValidatingAdmissionPolicyBinding } from './validating-admission-policy-binding.ts';

export const validatingAdmissionPolicyBindingStrategy: Strategy<ValidatingAdmissionPolicyBinding> = {
  hasGeneration: true,
  warn: staticNameWarnings,
  requireResourceVersionOnUpdate: true,
  applyDefaults: ({ spec }) => applyMatchDefaults(spec?.matchResources),
  validate: validateValidatingAdmissionPolicyBinding,
};
