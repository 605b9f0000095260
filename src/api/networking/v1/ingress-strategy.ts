import type { Strategy } from '#api/resource-definition.ts';
import type { Ingress } from './ingress.ts';
import { validateIngress, validateIngressClassName } from './ingress-validation.ts';

export const ingressStrategy: Strategy<Ingress> = {
  hasGeneration: true,
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  validate: (ingress) => validateIngress(ingress),
  validateCreate: validateIngressClassName,
  validateUpdate: validateIngress,
  updateChecks: 'changes only',
};
