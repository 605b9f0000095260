import type { Strategy } from '#api/resource-definition.ts';
import type { ServiceCIDR } from './service-cidr.ts';
import { validateServiceCidr, validateServiceCidrUpdate } from './service-cidr-validation.ts';

export const serviceCidrStrategy: Strategy<ServiceCIDR> = {
  prepareForCreate(cidr) {
    cidr.status = {};
  },
  validate: validateServiceCidr,
  validateUpdate: validateServiceCidrUpdate,
  updateChecks: 'changes only',
};
