import type { Strategy } from '#api/resource-definition.ts';
import type { ServiceCIDR } from './service-cidr.ts';

export const serviceCidrStrategy: Strategy<ServiceCIDR> = {
  prepareForCreate(cidr) {
    cidr.status = {};
  },
};
