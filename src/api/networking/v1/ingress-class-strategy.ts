import type { Strategy } from '#api/resource-definition.ts';
import type { IngressClass } from './ingress-class.ts';
import { validateIngressClass, validateIngressClassUpdate } from './ingress-class-validation.ts';

export const ingressClassStrategy: Strategy<IngressClass> = {
  hasGeneration: true,
  applyDefaults({ spec }) {
    if (spec?.parameters) spec.parameters.scope ??= 'Cluster';
  },
  validate: validateIngressClass,
  validateUpdate: validateIngressClassUpdate,
  updateChecks: 'changes first',
};
