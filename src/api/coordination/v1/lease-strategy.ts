import type { Strategy } from '#api/resource-definition.ts';
import type { Lease } from './lease.ts';
import { validateLease } from './lease-validation.ts';

export const leaseStrategy: Strategy<Lease> = {
  allowCreateOnUpdate: true,
  requireResourceVersionOnUpdate: true,
  validate: validateLease,
};
