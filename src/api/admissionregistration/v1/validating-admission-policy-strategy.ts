import type { Strategy } from '#api/resource-definition.ts';
import { applyMatchDefaults } from './admission-defaults.ts';
import { staticNameWarnings } from './static-name-warnings.ts';
import type { ValidatingAdmissionPolicy } from './validating-admission-policy.ts';
import { validateValidatingAdmissionPolicy } from './validating-policy-validation.ts';

export const validatingAdmissionPolicyStrategy: Strategy<ValidatingAdmissionPolicy> = {
  hasGeneration: true,
  warn: staticNameWarnings,
  requireResourceVersionOnUpdate: true,
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    spec.failurePolicy ??= 'Fail';
    applyMatchDefaults(spec.matchConstraints);
  },
  prepareForCreate(policy) {
    policy.status = {};
  },
  validate: (policy) => validateValidatingAdmissionPolicy(policy),
  validateUpdate: validateValidatingAdmissionPolicy,
  updateChecks: 'changes only',
};
