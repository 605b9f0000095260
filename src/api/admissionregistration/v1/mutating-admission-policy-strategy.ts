import type { Strategy } from '#api/resource-definition.ts';
import { applyMatchDefaults } from './admission-defaults.ts';
import type { MutatingAdmissionPolicy } from './mutating-admission-policy.ts';
import { validateMutatingAdmissionPolicy } from './mutating-policy-validation.ts';
import { staticNameWarnings } from './static-name-warnings.ts';

export const mutatingAdmissionPolicyStrategy: Strategy<MutatingAdmissionPolicy> = {
  hasGeneration: true,
  warn: staticNameWarnings,
  requireResourceVersionOnUpdate: true,
  applyDefaults({ spec }) {
    if (spec === undefined) return;
    spec.failurePolicy ??= 'Fail';
    applyMatchDefaults(spec.matchConstraints);
  },
  validate: (policy) => validateMutatingAdmissionPolicy(policy),
  validateUpdate: validateMutatingAdmissionPolicy,
  updateChecks: 'changes only',
};
