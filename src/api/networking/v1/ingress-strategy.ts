import type { Strategy } from '#api/resource-definition.ts';
import type { Ingress } from './ingress.ts';
import { CLASS_ANNOTATION, validateIngress, validateIngressClassName } from './ingress-validation.ts';

export const ingressStrategy: Strategy<Ingress> = {
  hasGeneration: true,
  prepareForCreate(ingress) {
    ingress.status = { loadBalancer: {} };
  },
  warn: ({ metadata, spec }, old) =>
    old === undefined && metadata?.annotations?.[CLASS_ANNOTATION] !== undefined && spec?.ingressClassName === undefined
      ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  validate: (ingress) => validateIngress(ingress),
  validateCreate: validateIngressClassName,
  validateUpdate: validateIngress,
  updateChecks: 'changes only',
};
