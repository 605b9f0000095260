import type { Strategy } from '#api/resource-definition.ts';
import { applyMatchDefaults } from './admission-defaults.ts';
import { validateValidatingAdmissionPolicy } from './policy-validation.ts';
import type { ValidatingAdmissionPolicy } from './validating-admission-policy.ts';

export const validatingAdmissionPolicyStrategy: Strategy<ValidatingAdmissionPolicy> = {
  hasGeneration: true,
  requireResourceVersionOnUpdate: true,
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    spec.failurePolicy ??= 'Fail';
    applyMatchDefaults(spec.matchConstraints);
  },
  prepareForCreate(policy) {
    policy.status = {};
  },
  validate: validateValidatingAdmissionPolicy,
};
