import { ValidatingAdmissionPolicies } from '#api/admissionregistration/v1/validating-admission-policy.ts';
import { applyPatch } from '#client/options.ts';
import { Controller } from '#controller/controller.ts';
import type { ControllerContext, Runnable } from '#controller/manager.ts';
import { ignoring } from '#machinery/errors/ignoring.ts';
import { isNotFound } from '#machinery/errors/status-error.ts';
import type { ControllersOptions } from '../controller-entry.ts';
import { allResources } from '../shared/resources.ts';
import { checkPolicy } from './check-policy.ts';

const NAME = 'validatingadmissionpolicy-status';
const MANAGER = `${NAME}-controller`;
const KIND = { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy' };

/** Tells in their status what is wrong with the expressions of policies; each generation is looked at once. */
export function createValidatingAdmissionPolicyStatusController(
  context: ControllerContext,
  options: ControllersOptions,
): Runnable {
  const policies = context.informers.of(ValidatingAdmissionPolicies);
  return new Controller(NAME, context).for(ValidatingAdmissionPolicies).reconciles(async (name) => {
    const policy = policies.store.getByKey(name);
    const observedGeneration = policy?.metadata?.generation ?? 0;
    if (policy === undefined || observedGeneration <= (policy.status?.observedGeneration ?? 0)) return;
    const expressionWarnings = checkPolicy(policy, allResources(options));
    const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings } : {};
    const body = { ...KIND, metadata: { name }, status: { observedGeneration, typeChecking } };
    await ignoring(
      isNotFound,
      context.client
        .of(ValidatingAdmissionPolicies)
        .patch(name, applyPatch(body, { force: true }), { subresource: 'status', fieldManager: MANAGER }),
    );
  });
}
